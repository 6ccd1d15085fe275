import { boundedMemo } from './bounded-memo.js';

const maxLength = 254;
const localPart = /^[^\s@"(),:;<>[\]\\.]+(?:\.[^\s@"(),:;<>[\]\\.]+)*$/u;
const domain = /^(?:[\p{L}\p{M}\p{N}](?:[\p{L}\p{M}\p{N}-]*[\p{L}\p{M}\p{N}])?\.)+(?:[\p{L}\p{M}]{2,}|xn--[a-z\d-]+)$/u;

/**
 * An e-mail address as it identifies a person: trimmed, without `mailto:` and invisible characters, in lower case.
 *
 * @returns null where it cannot be an address; whether somebody reads it is for the CRM to find out
 */
export const normaliseEmail = boundedMemo((text: string): string | null => {
  const address = text
    .replace(/\p{Cf}/gu, '')
    .trim()
    .replace(/^mailto:/i, '')
    .normalize('NFC')
    .toLowerCase();
  const at = address.lastIndexOf('@');
  if (at < 1 || at > 64 || address.length > maxLength) return null;
  return localPart.test(address.slice(0, at)) && domain.test(address.slice(at + 1)) ? address : null;
}, 20_000);
