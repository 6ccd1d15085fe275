import { gunzipSync } from 'node:zlib';
import { z } from 'zod';
import { DeliveryError } from '../delivery-error.js';
import type { MailchimpApi } from './api.js';
import type { JobAnswer } from './bulk-job.js';

const resultsFile = z.array(
  z.object({ status_code: z.coerce.number(), operation_id: z.coerce.string(), response: z.string().default('') }),
);

const downloadMs = 60_000;

/** Reads the archive of a finished job: a gzipped tar of JSON files. @returns the answers by operation id */
export async function readJobResults(api: MailchimpApi, url: string): Promise<ReadonlyMap<string, JobAnswer>> {
  const archive = await api.run({ operation: 'batches.results' }, () => download(url));
  const answers = new Map<string, JobAnswer>();
  try {
    for (const text of textFiles(gunzipSync(z.instanceof(Buffer).parse(archive))))
      for (const { operation_id, status_code, response } of resultsFile.parse(JSON.parse(text)))
        answers.set(operation_id, { status: status_code, body: bodyOf(response) });
  } catch (error) {
    throw unreadable(error instanceof Error ? error.message : String(error));
  }
  return answers;
}

/** The address is a signed one at a storage service: our key must not go there. */
async function download(url: string): Promise<Buffer> {
  if (!URL.canParse(url)) throw unreadable('there is no archive');
  const response = await fetch(url, { signal: AbortSignal.timeout(downloadMs) });
  if (!response.ok) throw unreadable(`the archive was answered ${String(response.status)}`);
  return Buffer.from(await response.arrayBuffer());
}

const unreadable = (why: string): DeliveryError =>
  new DeliveryError('transient', `The results of Mailchimp's bulk job cannot be read: ${why}`, {
    code: 'unreadable_results',
  });

function bodyOf(response: string): unknown {
  if (response.trim() === '') return null;
  try {
    return JSON.parse(response);
  } catch {
    return null;
  }
}

const blockBytes = 512;

/** Regular files of a tar archive, as text. @see https://pubs.opengroup.org/onlinepubs/9699919799/utilities/pax.html */
export function* textFiles(tar: Buffer): Generator<string> {
  for (let at = 0; at + blockBytes <= tar.length;) {
    const header = tar.subarray(at, at + blockBytes);
    if (header[0] === 0) return;
    const bytes = parseInt(header.toString('ascii', 124, 136).replaceAll('\0', '').trim(), 8);
    if (!Number.isSafeInteger(bytes)) throw new Error('not a tar archive');
    const type = header.toString('ascii', 156, 157);
    const start = at + blockBytes;
    if (type === '0' || type === '\0') yield tar.toString('utf8', start, start + bytes);
    at = start + Math.ceil(bytes / blockBytes) * blockBytes;
  }
}
