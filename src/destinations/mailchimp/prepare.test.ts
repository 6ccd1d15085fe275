import { describe, expect, it } from 'vitest';
import type { PrepareRequest, WantedField } from '../destination.js';
import { plainTarget } from '../test-support.js';
import { list, rehearse } from './test-support.js';

const wanted = (name: string, type: WantedField['type'] = 'string'): WantedField => ({
  name,
  label: `Label of ${name}`,
  type,
  key: name === 'email_address',
});

const request = (fields: readonly WantedField[], more: Partial<PrepareRequest> = {}): PrepareRequest => ({
  object: 'member',
  keyField: 'email_address',
  tagsField: null,
  ...plainTarget,
  create: { fields: true, options: true },
  fields: [wanted('email_address'), wanted('FNAME'), ...fields],
  dryRun: false,
  ...more,
});

const prepared = async (fields: readonly WantedField[], more: Partial<PrepareRequest> = {}) => {
  const sandbox = await rehearse();
  const report = await sandbox.connection.prepare?.(request(fields, more));
  return { sandbox, report };
};

describe('preparing an audience', () => {
  it('makes the missing merge fields with the type their values need', async () => {
    const fields = [
      wanted('SHOESIZE', 'number'),
      wanted('MEMBERAT', 'datetime'),
      wanted('HOME.addr1'),
      wanted('HOME.city'),
    ];
    const { sandbox, report } = await prepared(fields);
    expect(report).toEqual({
      created: [
        'Merge field SHOESIZE (number, "Label of SHOESIZE")',
        'Merge field MEMBERAT (date, "Label of MEMBERAT")',
        'Merge field HOME (address, "Address")',
      ],
      problems: [],
    });
    const types = (await sandbox.connection.fields('member')).map(({ name, nativeType }) => `${name} ${nativeType}`);
    expect(types).toEqual(expect.arrayContaining(['SHOESIZE number', 'MEMBERAT date', 'HOME address']));
  });

  it('makes groups and their category', async () => {
    const { sandbox, report } = await prepared([
      wanted('interests.Colours', 'list'),
      wanted('interests.Topics.Jobs', 'boolean'),
      wanted('interests.Size.Large', 'boolean'),
    ]);
    expect(report?.problems).toEqual([]);
    const names = (await sandbox.connection.fields('member')).map(({ name }) => name);
    expect(names).toEqual(
      expect.arrayContaining(['interests.Colours', 'interests.Topics.Jobs', 'interests.Size.Large']),
    );
  });

  it('only says so in a dry run, and makes nothing where it may not', async () => {
    const { sandbox, report } = await prepared([wanted('SHOESIZE')], { dryRun: true });
    expect(report?.created).toHaveLength(1);
    const refused = await sandbox.connection.prepare?.(
      request([wanted('SHOESIZE')], { create: { fields: false, options: true } }),
    );
    expect(refused).toEqual({ created: [], problems: [expect.stringContaining('The audience has no SHOESIZE')] });
    expect(sandbox.calls().filter((call) => call.startsWith('POST'))).toEqual([]);
  });

  it('says which tags are too long, and what only Mailchimp can make', async () => {
    const { report } = await prepared([wanted('SHOESIZEINCM'), wanted('marketing_permissions.Fax', 'boolean')]);
    expect(report).toEqual({
      created: [],
      problems: [expect.stringContaining('at most 10'), expect.stringContaining('GDPR')],
    });
  });

  it('makes none when the plan has no room for all', async () => {
    const many = Array.from({ length: 19 }, (_, index) => wanted(`F${String(index)}`));
    const { sandbox, report } = await prepared(many);
    expect(report).toEqual({ created: [], problems: [expect.stringContaining('room for 18 more')] });
    expect(sandbox.calls()).not.toContain(`POST ${list}/merge-fields`);
  });

  it('reports what Mailchimp refuses, and goes on', async () => {
    const sandbox = await rehearse({ settings: { mergeFieldLimit: 80 } });
    await sandbox.setUp((_audience, account) => (account.mergeFieldLimit = 13));
    const report = await sandbox.connection.prepare?.(request([wanted('ONE'), wanted('TWO')]));
    expect(report).toEqual({ created: [expect.stringContaining('ONE')], problems: [expect.stringContaining('limit')] });
  });

  it('asks nothing more when all is there', async () => {
    const { sandbox, report } = await prepared([wanted('LNAME'), wanted('language'), wanted('vip', 'boolean')]);
    expect(report).toEqual({ created: [], problems: [] });
    expect(sandbox.calls()).toEqual([`GET ${list}/merge-fields`]);
  });
});
