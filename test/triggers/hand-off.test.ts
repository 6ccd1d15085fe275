import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createSmtpEmulator, sandboxMailLogin } from '../../src/sandbox/smtp/index.js';
import { type RunningSandbox, startSandbox } from '../../src/sandbox/sandbox-server.js';
import { triggerRehearsal } from './rehearsal.js';

const parley = triggerRehearsal();
let mailbox: RunningSandbox;

const outboxSchema = z.object({
  outbox: z.array(z.object({ to: z.array(z.string()), subject: z.string(), text: z.string() })),
});
const outbox = async () => outboxSchema.parse(await (await fetch(`${mailbox.origin}/_sandbox/state`)).json()).outbox;
const behave = (behaviour: object) =>
  fetch(`${mailbox.origin}/_sandbox/state`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ behaviour }),
  });

const stateSchema = z.object({
  objects: z.object({
    tasks: z.object({ records: z.array(z.object({ properties: z.record(z.string(), z.string()) })) }),
  }),
});
const tasks = async () =>
  stateSchema.parse(await parley.control('GET', 'state')).objects.tasks.records.map(({ properties }) => properties);

beforeAll(async () => {
  mailbox = await startSandbox(createSmtpEmulator, { port: 0 });
  const settings = {
    host: '127.0.0.1',
    port: mailbox.serverPort,
    security: 'none',
    from: 'parley@acme.test',
    domains: ['acme.test'],
    ...sandboxMailLogin,
  };
  for (const core of [parley.core, parley.other])
    await core.connect({ key: 'mail', provider: 'smtp', title: 'E-mail', settings });
});
beforeEach(() => fetch(`${mailbox.origin}/_sandbox/reset`, { method: 'POST' }));
afterAll(() => mailbox.close());

/** All that is due, with what follows from it, the mails too. */
const play = async (afterMs?: number): Promise<void> => {
  for (let round = 0; round < 3; round += 1) {
    await parley.play(undefined, round === 0 ? afterMs : 0);
    await parley.core.delivery.drain('mail');
  }
  await parley.advance();
};

const vips = `
- key: vips
  title: VIPs
  rule: { version: 1, all: [{ tags: anyOf, value: [vip] }] }
`;
const handOff = (more = '') => `
when: { segment: vips }
steps:
  - id: task
    handOff:
      destination: hubspot
      title: 'Call {{default firstName "this lead"}}'
      note: 'They want to hear of {{plan}}.'
      owner: Carmen Ortega
      dueInHours: 2
      notify: { destination: mail, to: '{{ownerEmail}}, sales@acme.test' }
      ${more}
  - id: list
    do: { destination: hubspot, action: list.add, input: { list: VIPs } }
`;
const ada = { firstName: 'Ada', plan: 'Pro & more', ownerEmail: 'carmen@acme.test' };

describe('a person takes over', () => {
  it('by a task with what is known and what was said, and whoever takes over is told the same by e-mail', async () => {
    await parley.segments(vips);
    await parley.trigger(handOff());
    await parley.say('ada', { text: 'How much is it?', fields: ada });
    parley.clock.forward(60_000);
    await parley.say('ada', { text: 'It is 49 a month.', kind: 'message_out' });
    parley.clock.forward(60_000);
    await parley.say('ada', { text: 'Call me, please <now>.', tagsAdded: ['vip'] });
    await play();

    expect(await parley.runs()).toMatchObject([{ status: 'done', code: null }]);
    expect(await parley.steps()).toEqual([
      { step: 'task', outcome: 'done', code: null },
      { step: 'task.notice', outcome: 'done', code: null },
      { step: 'list', outcome: 'done', code: null },
    ]);
    const [task, ...others] = await tasks();
    expect(others).toEqual([]);
    expect(task).toMatchObject({ hs_task_subject: 'Call Ada', hs_task_priority: 'HIGH', hubspot_owner_id: '61001' });
    const lines = [
      'They want to hear of Pro & more.',
      'firstName: Ada',
      'plan: Pro & more',
      'Person (web): How much is it?',
      'Bot (web): It is 49 a month.',
      'Person (web): Call me, please <now>.',
    ];
    const body = task?.hs_task_body ?? '';
    for (const line of lines)
      expect(body).toContain(line.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;'));
    expect(await outbox()).toMatchObject([{ to: ['carmen@acme.test', 'sales@acme.test'], subject: 'Call Ada' }]);
    const [mail] = await outbox();
    for (const line of lines) expect(mail?.text).toContain(line);
  });

  it('and nobody is written to who is no colleague, nor counts it as a word to the person', async () => {
    await parley.policy('caps: [{ channel: email, atMost: 1, per: { days: 1 } }]');
    await parley.segments(vips);
    await parley.trigger(handOff());
    await parley.say('ada', { fields: { ...ada, ownerEmail: 'ada@private.test' }, tagsAdded: ['vip'] });
    await play();
    expect(await outbox()).toEqual([]);
    expect(await parley.actions()).toMatchObject([
      { action: 'task.create', status: 'done' },
      { action: 'email.send', status: 'failed', code: 'DOMAIN_NOT_ALLOWED' },
      { action: 'list.add', status: 'done' },
    ]);
    expect(await parley.rows(`SELECT * FROM touches`)).toEqual([]);
  });

  it('also when the mail server is away: the mail comes later, once, and the run goes on after it', async () => {
    await parley.segments(vips);
    await parley.trigger(handOff());
    await behave({ drop: 'before' });
    await parley.say('ada', { fields: ada, tagsAdded: ['vip'] });
    await play();
    expect(await tasks()).toHaveLength(1);
    expect(await parley.runs()).toMatchObject([{ status: 'acting', step: 'task.notice' }]);
    await behave({});
    await play(600_000);
    expect(await outbox()).toHaveLength(1);
    expect(await tasks()).toHaveLength(1);
    expect(await parley.runs()).toMatchObject([{ status: 'done' }]);
  });

  it('a refused mail undoes nothing, and a person sees why; of a refused task nobody is told', async () => {
    await parley.segments(vips);
    await parley.trigger(handOff());
    await behave({ recipients: { 'sales@acme.test': { code: 550, text: '5.1.1 No such user' } } });
    await parley.say('ada', { fields: ada, tagsAdded: ['vip'] });
    await play();
    expect(await parley.runs()).toMatchObject([{ status: 'done' }]);
    expect(await outbox()).toMatchObject([{ to: ['carmen@acme.test'] }]);
    const letters = await parley.rows<{ message: string }>(`SELECT kind, cause, message FROM dead_letters`);
    expect(letters).toMatchObject([{ kind: 'action', cause: 'SMTP_550' }]);
    expect(letters[0]?.message).toContain('sales@acme.test: the address was refused: 550 5.1.1 No such user');

    await parley.trigger(`key: nobody${handOff().replace('Carmen Ortega', 'Nobody Here')}`);
    await parley.say('bob', { fields: { ...ada, firstName: 'Bob' }, tagsAdded: ['vip'] });
    await play();
    expect((await parley.runs()).filter(({ trigger }) => trigger === 'nobody')).toMatchObject([
      { status: 'failed', step: 'task' },
    ]);
    // That of the first trigger, whose task was made.
    expect((await outbox()).filter(({ subject }) => subject === 'Call Bob')).toHaveLength(1);
  });

  it.each([
    ['notify: { destination: mailchimp', 'step task.notice: colleagues cannot be told anything by Mailchimp'],
    ['notify: { destination: elsewhere', 'step task.notice: there is no enabled destination elsewhere'],
    ['notify: { destination: mail', null],
  ])('only where that can be done: %s', async (notify, problem) => {
    await parley.segments(vips);
    const saved = parley.trigger(handOff().replace('notify: { destination: mail', notify));
    if (problem === null) await saved;
    else await expect(saved).rejects.toMatchObject({ detail: expect.stringContaining(problem) as string });
  });

  it('not at a mail server, which has no tasks', async () => {
    await parley.segments(vips);
    await expect(
      parley.trigger(handOff().replace('destination: hubspot\n      title', 'destination: mail\n      title')),
    ).rejects.toMatchObject({ detail: expect.stringContaining('nobody can take over at E-mail (SMTP)') as string });
  });
});
