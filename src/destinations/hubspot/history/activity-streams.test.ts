import { describe, expect, it } from 'vitest';
import { contactAt, rehearse, runOf, stateOf, subjectOf } from '../test-support.js';
import { activities, make, pull } from './test-support.js';

describe('the history of service and sales', () => {
  it('tells tickets opened and closed', async () => {
    const account = await rehearse();
    const ada = await contactAt(account, 'ada@example.com');
    const { pipelines } = await stateOf(account);
    const stages = pipelines.tickets[0]?.stages ?? [];
    const ticket = {
      subject: 'Broken',
      hs_pipeline: '0',
      hs_pipeline_stage: stages[0]?.id,
      hs_ticket_priority: 'HIGH',
    };
    await make(account, 'tickets', ticket, ada, 16);
    await make(account, 'tickets', { ...ticket, subject: 'Lost', hs_pipeline_stage: stages.at(-1)?.id }, ada, 16);
    const { facts } = await pull(account, 'tickets');
    expect(activities(facts).map(({ name, properties }) => `${name} ${String(properties.ticket)}`)).toEqual([
      'ticket_created Broken',
      'ticket_created Lost',
      'ticket_closed Lost',
    ]);
  });

  it('tells notes, calls, meetings, e-mails and tasks, but knows those we have made', async () => {
    const account = await rehearse();
    const ada = await contactAt(account, 'ada@example.com');
    const at = { hs_timestamp: '2026-05-01T10:00:00.000Z' };
    await make(account, 'notes', { ...at, hs_note_body: 'Called back' }, ada, 202);
    await make(account, 'calls', { ...at, hs_call_title: 'First call', hs_call_direction: 'OUTBOUND' }, ada, 194);
    await make(account, 'meetings', { ...at, hs_meeting_title: 'Demo', hs_meeting_outcome: 'COMPLETED' }, ada, 200);
    await make(
      account,
      'emails',
      { ...at, hs_email_subject: 'Re: offer', hs_email_direction: 'INCOMING_EMAIL' },
      ada,
      198,
    );
    await make(account, 'tasks', { ...at, hs_task_subject: 'Send offer', hs_task_status: 'COMPLETED' }, ada, 204);
    await account.connection.perform?.('note.create', [
      runOf(subjectOf(ada, 'ada@example.com'), { text: 'From the bot' }),
    ]);
    const { facts } = await pull(account, 'engagements');
    expect(activities(facts).map(({ name, own, properties }) => [name, own, properties.title])).toEqual([
      ['note_added', false, undefined],
      ['note_added', true, undefined],
      ['call_logged', false, 'First call'],
      ['meeting_logged', false, 'Demo'],
      ['sales_email_received', false, 'Re: offer'],
      ['task_completed', false, 'Send offer'],
    ]);
    expect(activities(facts)[2]).toMatchObject({ properties: { direction: 'OUTBOUND' } });
  });

  it('skips one-to-one e-mails when the token may not read them, and reads the rest', async () => {
    const account = await rehearse();
    const ada = await contactAt(account, 'ada@example.com');
    await make(account, 'notes', { hs_timestamp: '2026-05-01T10:00:00.000Z', hs_note_body: 'x' }, ada, 202);
    await account.control('POST', 'faults', {
      path: '/objects/emails',
      answer: { status: 403, body: { message: 'x', category: 'MISSING_SCOPES' } },
    });
    expect(activities((await pull(account, 'engagements')).facts)).toHaveLength(1);
  });
});

describe('the history of lists', () => {
  it('tells who is in which list since when', async () => {
    const account = await rehearse();
    const ada = await contactAt(account, 'ada@example.com', { lifecyclestage: 'customer' });
    await account.byHand('PUT', '/crm/v3/lists/13/memberships/add', [ada]);
    const { facts } = await pull(account, 'lists');
    expect(
      activities(facts).map(
        ({ name, about, properties }) => `${name} ${String(about.email)} ${String(properties.list)}`,
      ),
    ).toEqual(['list_joined ada@example.com Customers', 'list_joined ada@example.com Newsletter from chat']);
  });
});
