import { z } from 'zod';
import type { Json } from '../destination.js';

/** What a mapping to Salesforce may choose beside its fields. */
const options = z.strictObject({
  findBy: z
    .enum(['key', 'key_then_email', 'key_then_email_then_phone'])
    .default('key')
    .describe(
      'How a person is found who does not carry our key yet: only by the key, also by e-mail address, or by phone number as well',
    ),
  severalMatches: z
    .enum(['refuse', 'oldest', 'newest', 'last_changed'])
    .default('refuse')
    .describe(
      'When several records fit one person: write none and show them (refuse), or take this one and show the others',
    ),
  tagsAs: z
    .enum(['picklist', 'topics', 'campaigns'])
    .default('picklist')
    .describe(
      'Keep tags in a multi-select picklist (the mapping names it), as topics of the record, or as memberships of campaigns of the same name',
    ),
  personAccountRecordType: z
    .string()
    .trim()
    .default('')
    .describe('API name of the record type of new person accounts; empty: the only active one'),
  accountFoundBy: z
    .enum(['domain', 'name'])
    .default('domain')
    .describe('How the company behind fields such as account.Name is found: by its web domain, or by its exact name'),
});
export type MappingOptions = z.infer<typeof options>;

/** As a mapping is saved: completed with what is usual. */
export const mappingOptions: z.ZodType<Json> = options;

/** As a connector gets them; a mapping from before an option existed has what is usual. */
export const readOptions = (given: Json): MappingOptions => options.parse(given ?? {});
