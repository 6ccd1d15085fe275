import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fullId, recordId } from './record-id.js';

describe('a record id', () => {
  it('gets the checksum Salesforce gives it', () => {
    expect(fullId('003B0000001Ctc1')).toBe('003B0000001Ctc1IAC');
    expect(fullId('003B0000001Ctc1IAC')).toBe('003B0000001Ctc1IAC');
  });

  it('is 18 characters long, starts with its object and is different for every record', () => {
    const serials = fc.uniqueArray(fc.integer({ min: 0, max: 10_000_000 }), { maxLength: 50 });
    fc.assert(
      fc.property(serials, (list) => {
        const ids = list.map((serial) => recordId('003', serial));
        return new Set(ids).size === list.length && ids.every((id) => /^003[A-Za-z0-9]{12}[A-Z0-5]{3}$/.test(id));
      }),
    );
  });

  it('of 15 characters names the same record as that of 18', () => {
    const id = recordId('003', 12_345);
    expect(fullId(id.slice(0, 15))).toBe(id);
  });
});
