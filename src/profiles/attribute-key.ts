import { createHash } from 'node:crypto';
import { boundedMemo } from './bounded-memo.js';

const maxLength = 64;
const goodKey = /^[a-z][a-zA-Z0-9]{0,63}$/;

/** Latin letters that Unicode does not take apart into a base letter and an accent. */
const latin: Readonly<Record<string, string>> = {
  ß: 'ss', ẞ: 'SS', æ: 'ae', Æ: 'AE', œ: 'oe', Œ: 'OE', ø: 'o', Ø: 'O', đ: 'd', Đ: 'D', ð: 'd', Ð: 'D',
  þ: 'th', Þ: 'TH', ł: 'l', Ł: 'L', ħ: 'h', Ħ: 'H', ı: 'i', ŋ: 'n', Ŋ: 'N', ŧ: 't', Ŧ: 'T', ə: 'e', Ə: 'E',
}; // prettier-ignore

/** Names every JavaScript object answers to; as an attribute's key they would look set on each profile. */
const taken = new Set(Object.getOwnPropertyNames(Object.prototype));

/**
 * The machine name of an attribute whose caption a person wrote: `Plan Type` and `plan_type` → `planType`,
 * `Größe (cm)` → `grosseCm`, `Дата рождения` → `датаРождения`, `🎂` → `u1f382`. Emoji beside words are left out.
 *
 * The same caption always gives the same key, and a key gives itself. Two captions that differ only in case, blanks,
 * punctuation or accents give one key; whoever collects attributes reports that clash. At most 64 characters.
 */
export const attributeKey = boundedMemo((caption: string): string => {
  let key = keyOnce(caption);
  // Single letters beside another script (`ࡀ O A`) look like one word once they are joined: settle on what stays the same.
  for (let round = 0, again = keyOnce(key); again !== key && round < 8; round += 1, again = keyOnce(key)) key = again;
  return key;
});

function keyOnce(caption: string): string {
  const key = goodKey.test(caption) ? caption : joined(wordsOf(caption), caption);
  return taken.has(key) ? `${key}Field` : key;
}

function joined(words: readonly string[], caption: string): string {
  const spoken = words.length > 0 ? words : codePointsOf(caption);
  if (spoken.length === 0) return 'unnamed';
  const key = spoken.reduce((left, word) => left + (capitalised(left, word) ?? `_${word}`));
  return shortened(/^\p{N}/u.test(key) ? `_${key}` : key);
}

function wordsOf(caption: string): string[] {
  return romanised(caption)
    .replace(/['’`´ʼ\p{Cf}]/gu, '')
    .replace(/(?<=[^\p{Lu}\p{M}])(?=\p{Lu})|(?<=\p{Lu})(?=\p{Lu}\p{Ll})/gu, ' ')
    .split(/[^\p{L}\p{N}\p{M}]+|(?<![\p{L}\p{M}])\p{M}+/u)
    .filter((word) => /[\p{L}\p{N}]/u.test(word))
    .map((word) => word.toLowerCase());
}

/** Latin letters without their accents; other scripts as they are, because their marks are part of the word. */
function romanised(text: string): string {
  return text
    .normalize('NFKD')
    .replace(/(\p{Script=Latin})\p{M}+/gu, '$1')
    .normalize('NFC')
    .replace(/[ßẞæÆœŒøØđĐðÐþÞłŁħĦıŋŊŧŦəƏ]/g, (letter) => latin[letter] ?? letter);
}

/** The word in capital style, or null where that would not show: in a script without case, or digits after digits. */
function capitalised(left: string, word: string): string | null {
  const [first = '', ...rest] = word;
  if (/\p{N}/u.test(first)) return /\p{N}$/u.test(left) ? null : word;
  const upper = first.toUpperCase();
  const hasCase = /[\p{Script=Latin}\p{Script=Cyrillic}\p{Script=Greek}]/u.test(first) && /^\p{Lu}$/u.test(upper);
  return hasCase ? upper + rest.join('') : null;
}

/** For a caption without a single letter or digit: its characters by number, so that it still has a name of its own. */
function codePointsOf(caption: string): string[] {
  return Array.from(caption.replace(/[\s\p{Cf}\uFE0F]/gu, ''), (char) => `u${(char.codePointAt(0) ?? 0).toString(16)}`);
}

function shortened(key: string): string {
  const characters = Array.from(key);
  if (characters.length <= maxLength) return key;
  const mark = createHash('sha256').update(key).digest('hex').slice(0, 8);
  return `${characters.slice(0, maxLength - 9).join('')}X${mark}`;
}
