import { existsSync } from 'node:fs';
import path from 'node:path';

const help =
  'It holds the folders hubspot/ and mailchimp/ with the OpenAPI files that the providers publish: docs/contract-tests.md says where.';

/** @throws Error in one clear sentence when there is nothing to check against */
export function specFolder(provider?: string): string {
  const folder = process.env.SPEC_DIR;
  if (folder === undefined || folder === '')
    throw new Error(`Contract tests need SPEC_DIR, the folder with the providers' OpenAPI files. ${help}`);
  const wanted = path.join(folder, provider ?? '');
  if (!existsSync(wanted)) throw new Error(`Contract tests find no folder ${wanted}; SPEC_DIR is "${folder}". ${help}`);
  return wanted;
}

/** Stops the run before the first test, so that nobody takes missing files for a pass. */
export default function setup(): void {
  specFolder();
}
