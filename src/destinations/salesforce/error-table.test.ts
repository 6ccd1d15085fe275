import { describe, expect, it } from 'vitest';
import { policyFor } from './error-table.js';
import { complaintError } from './to-delivery-error.js';
import { complaint } from './wire.js';

const saying = (statusCode: string, message = '', fields: readonly string[] = []) =>
  complaint.parse({ statusCode, message, fields });

describe('what a complaint about one row leads to', () => {
  it.each([
    ['UNABLE_TO_LOCK_ROW', 'unable to obtain exclusive access', 'transient', undefined],
    ['ENTITY_IS_DELETED', 'entity is deleted', 'transient', undefined],
    ['CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY', 'trigger T: UNABLE_TO_LOCK_ROW', 'transient', undefined],
    ['CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY', 'flow F: Too many SOQL queries: 101', 'transient', undefined],
    ['CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY', 'trigger T: we do not want this', 'rejected', undefined],
    ['INVALID_EMAIL_ADDRESS', 'Email: invalid email address: x', 'rejected', 'leave_out_fields'],
    ['INVALID_FIELD_FOR_INSERT_UPDATE', 'Unable to create/update fields: X__c.', 'rejected', 'leave_out_fields'],
    ['REQUIRED_FIELD_MISSING', 'Required fields are missing: [LastName]', 'rejected', 'complete_record'],
    ['DUPLICATE_EXTERNAL_ID', 'more than one record found', 'rejected', undefined],
    ['STORAGE_LIMIT_EXCEEDED', 'storage limit exceeded', 'misconfigured', undefined],
    ['A_CODE_OF_NEXT_YEAR', 'who knows', 'rejected', undefined],
  ])('%s "%s" is %s', (code, message, kind, remedy) => {
    const policy = policyFor(saying(code, message), 200, 'Parley_Id__c');
    expect(policy.kind).toBe(kind);
    expect(policy.remedy).toBe(remedy);
  });

  it('tells a race for the key from another record that holds a unique value', () => {
    const duplicate = (field: string) =>
      policyFor(saying('DUPLICATE_VALUE', `duplicate value found: ${field}`, [field]), 200, 'Parley_Id__c').kind;
    expect(duplicate('Parley_Id__c')).toBe('transient');
    expect(duplicate('Customer_Number__c')).toBe('rejected');
  });
});

describe('the words for a person', () => {
  const detail = { matchResults: [{ matchRecords: [{ record: { Id: '003B0000001Ctc1IAC' } }] }] };

  it.each(['duplicateResut', 'duplicateResult'])('name the records that a duplicate rule found, in %s', (key) => {
    const parsed = complaint.parse({
      errorCode: 'DUPLICATES_DETECTED',
      message: 'Use one of these records?',
      [key]: detail,
    });
    expect(complaintError(parsed, 400).message).toBe(
      'A duplicate rule of the org blocks this record: Use one of these records? Matching records: 003B0000001Ctc1IAC.',
    );
  });

  it('are the code where Salesforce has none, and fields may be missing or null', () => {
    expect(complaintError(complaint.parse({ errorCode: 'MALFORMED_ID', fields: null }), 400)).toMatchObject({
      message: 'MALFORMED_ID',
      details: { code: 'MALFORMED_ID' },
    });
  });
});
