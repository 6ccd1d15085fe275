import { afterAll, expect, it } from 'vitest';
import type { OutgoingRecord } from '../../src/destinations/destination.js';
import { rehearse, record, text as said } from '../../src/destinations/mailchimp/test-support.js';
import { outgoing, request, TestOrg, text } from '../../src/destinations/salesforce/test-support.js';

const org = await TestOrg.start();
afterAll(() => org.sandbox.close());

const asMembers = {
  object: 'member',
  keyField: 'email_address',
  tagsField: null,
  options: {},
  create: { fields: false, options: false },
};
const start = Date.parse('2026-11-22T09:00:00Z');

// Somebody adds the choice that was missing and resyncs: what was known of the account, up to ten minutes old, left the value out again.
it('is sent to Salesforce a minute after the picklist value was added', async () => {
  let nowMs = start;
  const connection = org.connect({}, { now: () => new Date(nowMs) });
  const ada = outgoing('ada', { fields: { LastName: text('Lovelace'), Plan__c: text('gold') } });
  expect(await connection.upsert(request([ada]))).toMatchObject([{ dropped: [{ field: 'Plan__c' }] }]);
  await org.change(({ contactFields }) => ({
    contactFields: contactFields.map((field) =>
      field.name === 'Plan__c' ? { ...field, values: ['free', 'pro', 'team', 'gold'] } : field,
    ),
  }));
  nowMs += 61_000;
  expect(await connection.upsert(request([ada]))).toMatchObject([{ dropped: [] }]);
  expect(await org.contact('ada')).toMatchObject({ Plan__c: 'gold' });
});

it('is sent to Mailchimp a minute after the choice was added', async () => {
  let nowMs = start;
  const { connection, setUp, member } = await rehearse({ now: () => new Date(nowMs) });
  // The mapping allows us to add no choice, so an admin has to.
  const upsert = (one: OutgoingRecord) => connection.upsert({ ...asMembers, records: [one] });
  const ada = record('ada@chat.test', { fields: { FNAME: said('Ada'), PLAN: said('gold') } });
  expect(await upsert(ada)).toMatchObject([{ dropped: [{ field: 'PLAN' }] }]);
  await setUp((audience) => {
    const fields = audience.merge_fields as { tag: string }[];
    audience.merge_fields = fields.map((field) =>
      field.tag === 'PLAN' ? { ...field, options: { choices: ['free', 'pro', 'team', 'gold'] } } : field,
    );
  });
  nowMs += 61_000;
  expect(await upsert(ada)).toMatchObject([{ dropped: [] }]);
  expect(await member('ada@chat.test')).toMatchObject({ merge_fields: { PLAN: 'gold' } });
});
