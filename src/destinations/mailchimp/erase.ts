import { DeliveryError } from '../delivery-error.js';
import type { ErasedRecord, EraseResult } from '../destination.js';
import type { MailchimpClient } from './client.js';
import { isAboutOneRecord } from './each-alone.js';
import { readMemo } from './memo.js';

export const erasure = [
  'The contact is deleted for good at Mailchimp, at every address we know of the person, with its history.',
  'Mailchimp never takes these addresses back from an import or a program: from then on only the person can return, by a sign-up form of Mailchimp’s own.',
  'Reports of campaigns keep their numbers without the person.',
].join(' ');

interface Tools {
  readonly client: Pick<MailchimpClient, 'forget'>;
  readonly parallelCalls: number;
}

/** Deletes each person at every address: Mailchimp knows contacts by nothing else. @throws DeliveryError when one reason met all of them */
export async function eraseMembers(
  { client, parallelCalls }: Tools,
  records: readonly ErasedRecord[],
): Promise<readonly EraseResult[]> {
  const results: EraseResult[] = [];
  const waiting = records.values();
  const work = async (): Promise<void> => {
    for (const record of waiting) results.push(await eraseOne(client, record));
  };
  await Promise.all(Array.from({ length: Math.min(parallelCalls, records.length) }, work));
  const [first] = results;
  if (
    first?.status === 'failed' &&
    !isAboutOneRecord(first.error) &&
    results.every(({ status }) => status === 'failed')
  )
    throw first.error;
  return results;
}

async function eraseOne(client: Tools['client'], record: ErasedRecord): Promise<EraseResult> {
  const { profileId } = record;
  let already = true;
  try {
    for (const email of addressesOf(record)) if (await client.forget(email)) already = false;
    return { profileId, status: 'erased', already };
  } catch (error) {
    if (!(error instanceof DeliveryError)) throw error;
    return { profileId, status: 'failed', error };
  }
}

function addressesOf({ key, memo, emails }: ErasedRecord): ReadonlySet<string> {
  const { email = key, leftBehind = [] } = readMemo(memo) ?? {};
  return new Set([key, email, ...leftBehind, ...emails].map((one) => one.trim().toLowerCase()));
}
