import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ServedOrg } from '../test-support.js';

let org: ServedOrg;
beforeAll(async () => {
  org = await ServedOrg.start();
});
beforeEach(() => org.reset());
afterAll(() => org.close());

const flow = (inputs: readonly unknown[], name = 'Bot_Segment_Entered') =>
  org.api('POST', `/actions/custom/flow/${name}`, { inputs });
const mail = { emailAddresses: 'ada@example.test', emailSubject: 'Hi', emailBody: 'Welcome' };
const email = (inputs: readonly unknown[]) => org.api('POST', '/actions/standard/emailSimple', { inputs });

describe('a flow', () => {
  it('runs once for each input, and people can see with what', async () => {
    const answer = await org.jsforce().requestPost('/actions/custom/flow/Bot_Segment_Entered', {
      inputs: [{ contactId: '003B00000000001IAA', segment: 'vip' }, { contactId: '003B00000000002IAA' }],
    });
    expect(answer).toMatchObject([
      {
        actionName: 'Bot_Segment_Entered',
        isSuccess: true,
        outputValues: { Flow__InterviewStatus: 'Finished', result: 'ok' },
      },
      { isSuccess: true, errors: null },
    ]);
    expect(await (await fetch(`${org.origin}/_sandbox`)).text()).toContain('vip');
    expect((await org.state()).flowInterviews).toHaveLength(2);
  });

  it('that fails is a 400 with the same array', async () => {
    await org.change(({ flows }) => ({
      flows: (flows as object[]).map((one) => ({ ...one, fails: 'An unhandled fault has occurred in this flow' })),
    }));
    expect(await flow([{ contactId: 'x' }])).toMatchObject({
      status: 400,
      body: [{ isSuccess: false, outputValues: null, errors: [{ statusCode: 'UNKNOWN_EXCEPTION', fields: [] }] }],
    });
  });

  it('may succeed and fail side by side', async () => {
    expect(await flow([{ contactId: 'x' }, {}, { contactId: 'x', ContactId: 'y' }])).toMatchObject({
      status: 400,
      body: [{ isSuccess: true }, { errors: [{ statusCode: 'REQUIRED_FIELD_MISSING' }] }, { isSuccess: false }],
    });
  });

  it('is not there under another spelling, or while it is inactive', async () => {
    expect(await flow([{ contactId: 'x' }], 'bot_segment_entered')).toMatchObject({ status: 404 });
    await org.change(() => ({ flows: [{ name: 'Bot_Segment_Entered', active: false }] }));
    expect(await flow([{ contactId: 'x' }])).toMatchObject({ status: 404, body: [{ errorCode: 'NOT_FOUND' }] });
  });

  it('is listed with its inputs', async () => {
    expect(await org.api('GET', '/actions/custom/flow')).toMatchObject({
      body: { actions: [{ name: 'Bot_Segment_Entered' }] },
    });
    expect(await org.api('GET', '/actions/custom/flow/Bot_Segment_Entered')).toMatchObject({
      body: { inputs: [{ name: 'contactId', required: true }, { name: 'segment' }, { name: 'profileId' }] },
    });
  });
});

describe('the e-mail action', () => {
  it('is kept where people can see it', async () => {
    expect(await email([mail])).toMatchObject({ status: 200, body: [{ isSuccess: true, actionName: 'emailSimple' }] });
    expect((await org.state()).emails).toMatchObject([
      { to: ['ada@example.test'], subject: 'Hi', sender: 'CurrentUser' },
    ]);
  });

  it('writes to a record, from a template', async () => {
    const recipientId = await org.make('Contact', { LastName: 'Ito', Email: 'ana@example.test' });
    const [template] = await org.rows('SELECT Id FROM EmailTemplate');
    expect(await email([{ recipientId, emailTemplateId: template?.Id }])).toMatchObject({ status: 200 });
    expect((await org.state()).emails).toMatchObject([{ to: ['ana@example.test'], subject: 'Welcome' }]);
  });

  it.each([
    [{ ...mail, emailAddresses: '' }, 'REQUIRED_FIELD_MISSING'],
    [{ ...mail, emailBody: '' }, 'REQUIRED_FIELD_MISSING'],
    [{ ...mail, emailAddresses: 'nobody' }, 'INVALID_EMAIL_ADDRESS'],
    [{ ...mail, emailAddresses: 'a@b.cd,b@b.cd,c@b.cd,d@b.cd,e@b.cd,f@b.cd' }, 'LIMIT_EXCEEDED'],
    [{ ...mail, senderType: 'Nobody' }, 'INVALID_API_INPUT'],
    [{ ...mail, recipientId: '003B00000000009IAA' }, 'INVALID_ID_FIELD'],
  ])('%j is refused with %s', async (input, statusCode) => {
    expect(await email([input])).toMatchObject({ status: 400, body: [{ errors: [{ statusCode }] }] });
  });

  it('stops at the number a developer org may send in a day', async () => {
    const five = { ...mail, emailAddresses: 'a@b.cd,b@b.cd,c@b.cd,d@b.cd,e@b.cd' };
    const rows = (await email(Array.from({ length: 11 }, () => five))).body as { isSuccess: boolean }[];
    expect(rows.filter(({ isSuccess }) => isSuccess)).toHaveLength(10);
    expect(await org.api('GET', '/limits')).toMatchObject({ body: { SingleEmail: { Max: 50, Remaining: 0 } } });
  });
});

describe('a platform event', () => {
  it('is published: a success whose errors are not empty', async () => {
    const made = await org.jsforce().sobject('Bot_Event__e').create({ Segment__c: 'vip' });
    expect(made).toMatchObject({ success: true, errors: [{ statusCode: 'OPERATION_ENQUEUED' }] });
    expect((await org.state()).streamEvents).toMatchObject([
      { channel: '/event/Bot_Event__e', replayId: 1, payload: { Segment__c: 'vip', Payload__c: null } },
    ]);
  });

  it('has only the fields that were defined', async () => {
    expect(await org.api('POST', '/sobjects/Bot_Event__e', { Nope__c: 'x' })).toMatchObject({
      status: 400,
      body: [{ errorCode: 'INVALID_FIELD' }],
    });
  });
});
