import { describe, expect, it } from 'vitest';
import type { PrepareRequest, WantedField } from '../destination.js';
import { outgoing, rehearse, type Rehearsal, request, text } from './test-support.js';

const wanted = (name: string, type: WantedField['type'], key = false): WantedField => ({
  name,
  label: name,
  type,
  key,
});

const prepare = (account: Rehearsal, more: Partial<PrepareRequest> = {}) =>
  account.connection.prepare?.({
    object: 'contacts',
    keyField: 'parley_id',
    tagsField: 'bot_tags',
    options: {},
    create: { fields: true, options: true },
    fields: [wanted('parley_id', 'string', true), wanted('shoe_size', 'number'), wanted('firstname', 'string')],
    dryRun: false,
    ...more,
  });

const creations = (account: Rehearsal): string[] =>
  account.calls().filter((call) => call === 'POST /crm/v3/properties/contacts');

describe('a preparation', () => {
  it('creates what the mapping names and the account lacks, the key with unique values, in a group of our own', async () => {
    const account = await rehearse();
    const report = await prepare(account);
    expect(report?.problems).toEqual([]);
    expect(report?.created).toEqual([
      'The property "parley_id" of contacts (string/text, unique values) in the group "Parley".',
      'The property "shoe_size" of contacts (number/number) in the group "Parley".',
      'The property "bot_tags" of contacts (enumeration/checkbox) in the group "Parley".',
    ]);
    const [result] = await account.connection.upsert(
      request(
        [outgoing('person-1', { shoe_size: { type: 'number', value: 38 } }, { tags: ['VIP'], tagsToAdd: ['VIP'] })],
        {
          keyField: 'parley_id',
          tagsField: 'bot_tags',
        },
      ),
    );
    expect(result).toMatchObject({ status: 'delivered', dropped: [] });
  });

  it('a second time finds everything there', async () => {
    const account = await rehearse();
    await prepare(account);
    const before = creations(account).length;
    expect(await prepare(account)).toEqual({ created: [], problems: [] });
    expect(creations(account)).toHaveLength(before);
  });

  it('without writing only says what it would create', async () => {
    const account = await rehearse();
    expect((await prepare(account, { dryRun: true }))?.created).toHaveLength(3);
    expect(creations(account)).toEqual([]);
  });

  it('that may not create says what a person has to', async () => {
    const account = await rehearse();
    const report = await prepare(account, { create: { fields: false, options: false } });
    expect(report?.created).toEqual([]);
    expect(report?.problems).toEqual([
      expect.stringContaining(
        '"parley_id" of contacts does not exist in HubSpot. Create it there (text, with unique values)',
      ),
      expect.stringContaining('"shoe_size"'),
      expect.stringContaining('"bot_tags"'),
    ]);
  });

  it('says what cannot be mended by creating', async () => {
    const account = await rehearse();
    const report = await prepare(account, {
      keyField: 'firstname',
      tagsField: 'plan',
      fields: [wanted('firstname', 'string', true), wanted('createdate', 'datetime')],
    });
    expect(report?.problems).toEqual([
      expect.stringContaining('was not created with unique values, which cannot be changed later'),
      expect.stringContaining('"createdate" is read-only'),
      expect.stringContaining('is not of the type "multiple checkboxes"'),
    ]);
  });

  it('gives HubSpot’s reason when it does not take a property', async () => {
    const account = await rehearse();
    const report = await prepare(account, { fields: [wanted('Shoe Size', 'number')] });
    expect(report?.problems).toEqual([expect.stringContaining('The property "Shoe Size" could not be created: ')]);
    expect(report?.created).toHaveLength(2);
  });

  it('warns when HubSpot brings back an archived property of another type', async () => {
    const account = await rehearse();
    await account.connection.upsert(request([outgoing('ada@example.com', { budget: text('7') })]));
    await account.byHand('DELETE', '/crm/v3/properties/contacts/budget');
    const report = await prepare(account, { fields: [wanted('budget', 'date')] });
    expect(report?.problems).toEqual([expect.stringContaining('was there before, archived, as number/number')]);
  });
});
