import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseCsv, toCsv } from './csv.js';
import { complaintIn } from './save-in-bulk.js';

describe('the file that is uploaded', () => {
  it('leaves cells empty that a row has nothing for, and says what is to be cleared', () => {
    expect(
      toCsv([
        { A: 'x', B: null },
        { B: true, C: 5 },
      ]),
    ).toBe('A,B,C\nx,#N/A,\n,true,5\n');
  });

  it('can be read back whatever stands in it', () => {
    const cell = fc.string({ unit: fc.constantFrom('a', '"', ',', ';', '|', '\n', ' ', 'ü') });
    fc.assert(
      fc.property(fc.array(fc.record({ Key: cell, Value: cell }), { minLength: 1 }), (rows) => {
        expect(parseCsv(toCsv(rows))).toEqual(rows);
      }),
    );
  });
});

describe('the results of a job', () => {
  it('are read although only some names are quoted, and semicolons stand bare in them', () => {
    expect(parseCsv('"sf__Id","sf__Created",Id,Tags\r\n003A,true,,a;b|c\r\n')).toEqual([
      { sf__Id: '003A', sf__Created: 'true', Id: '', Tags: 'a;b|c' },
    ]);
  });

  it.each([
    [
      'REQUIRED_FIELD_MISSING:Required fields are missing: [LastName]:LastName --',
      'REQUIRED_FIELD_MISSING',
      ['LastName'],
    ],
    ['INVALID_CROSS_REFERENCE_KEY:invalid cross reference id:--', 'INVALID_CROSS_REFERENCE_KEY', []],
    [
      'FIELD_CUSTOM_VALIDATION_EXCEPTION:We do not ship there.:MailingCity --',
      'FIELD_CUSTOM_VALIDATION_EXCEPTION',
      ['MailingCity'],
    ],
    ['something else', 'UNKNOWN', []],
  ])('say why a row failed: %s', (text, code, fields) => {
    const complaint = complaintIn(text);
    expect(complaint).toMatchObject({ code, fields });
    expect(complaint.message).not.toBe('');
  });
});
