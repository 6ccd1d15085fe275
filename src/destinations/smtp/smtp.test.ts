import { createServer, type AddressInfo } from 'node:net';
import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { CallGate, Json } from '../destination.js';
import { smtp } from './definition.js';
import { emailInput } from './email-send.js';
import { testCertificate } from './fixtures.js';
import { settingsSchema } from './settings.js';
import { connectionTo, mailServer, rehearse, runOf, send } from './test-support.js';

const ana = 'ana@acme.test';
const ben = 'ben@acme.test';

describe('a mail to colleagues', () => {
  it('arrives as it was written, with the name of its sender, and no machine answers it', async () => {
    const account = await rehearse({ fromName: 'Parley (Bücher & Co)' });
    const text = 'Ada möchte zurückgerufen werden.\n.\n\nWhat was written:\n10:00 Person: ¿Cuánto cuesta? 🙂';
    const input = { to: `${ana}, ${ben}`, subject: 'Rückruf: Ada 🙂', text };
    expect(await send(account, runOf(input))).toEqual({
      runId: runOf({}).runId,
      status: 'done',
      reference: '<0198b1a2-0000-7000-8000-000000000001@acme.test>',
      already: false,
      detail: { to: [ana, ben], answer: '250 OK: message queued' },
    });
    const [mail, ...others] = await account.outbox();
    expect(others).toEqual([]);
    expect(mail).toMatchObject({ from: 'parley@acme.test', to: [ana, ben], subject: 'Rückruf: Ada 🙂' });
    expect(mail?.text.trimEnd()).toBe(text);
    expect(mail?.source).toContain('Message-ID: <0198b1a2-0000-7000-8000-000000000001@acme.test>');
    expect(mail?.source).toContain('Auto-Submitted: auto-generated');
    expect(mail?.source).toMatch(/^From: .*<parley@acme\.test>/m);
  });

  it('gets no further header or recipient by what stands in its subject', async () => {
    const account = await rehearse();
    await send(account, runOf({ to: ana, subject: 'Hello\r\nBcc: eve@evil.test\r\n\r\nBuy' }));
    const [mail] = await account.outbox();
    expect(mail).toMatchObject({ to: [ana], subject: 'Hello Bcc: eve@evil.test Buy' });
    expect(mail?.source).not.toMatch(/^Bcc:/m);
  });

  it('goes to colleagues alone where their domains are named', async () => {
    const account = await rehearse({ domains: ['ACME.test'] });
    expect(await send(account, runOf({ to: [ana, 'ada@private.test'] }))).toMatchObject({
      status: 'failed',
      error: { kind: 'rejected', details: { code: 'DOMAIN_NOT_ALLOWED' } },
    });
    expect(await send(account, runOf({ to: 'Ana@Acme.Test' }))).toMatchObject({ status: 'done' });
    expect(await account.outbox()).toHaveLength(1);
  });

  it('can be a notice of a trigger, however long its text and odd its title', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 400 }), fc.nat({ max: 300_000 }), (title, length) => {
        const input = smtp.notice?.input({ to: ana, subject: `Call ${title}`, text: 'x'.repeat(length) });
        expect(emailInput.safeParse(input).error).toBeUndefined();
      }),
    );
  });

  it('is the only thing a mail server can do', async () => {
    const { connection } = await rehearse();
    expect(await connection.perform?.('record.create', [runOf({ to: ana })])).toMatchObject([
      { status: 'failed', error: { kind: 'rejected', details: { code: 'UNKNOWN_ACTION' } } },
    ]);
    await expect(connection.upsert({} as never)).rejects.toMatchObject({ details: { code: 'NO_RECORDS' } });
    expect(smtp.objects).toEqual([]);
  });
});

describe('the input', () => {
  it.each([
    ['ana@acme.test; ben@acme.test,ana@ACME.test', ['ana@ACME.test', 'ben@acme.test']],
    [[' ana@acme.test '], ['ana@acme.test']],
  ])('names colleagues as people write them: %j', (to, expected) => {
    expect(emailInput.parse({ to, subject: 's', text: '' }).to).toEqual(expected);
  });

  it.each(['', ' , ', 'ana', 'Ana <ana@acme.test>', 'ana@acme.test, nobody'])('refuses %j', (to) => {
    expect(emailInput.safeParse({ to, subject: 's', text: '' }).success).toBe(false);
  });
});

describe('what can go wrong', () => {
  const reply = (code: number, text: string) => ({ code, text });

  it.each([
    ['the server is too busy', { greeting: reply(421, '4.3.2 Too busy') }, 'transient', 'SMTP_421'],
    ['the server does not serve us', { greeting: reply(554, '5.7.1 Blocked') }, 'misconfigured', 'SMTP_554'],
    ['the password is wrong', { refuseLogins: true }, 'unauthorized', 'SMTP_535'],
    ['no login is offered', { login: 'none' }, 'misconfigured', 'NO_LOGIN'],
    ['the sender is not allowed', { sender: reply(550, '5.7.1 Not your address') }, 'misconfigured', 'SMTP_550'],
    ['the sender has to wait', { sender: reply(451, '4.3.0 Try later') }, 'transient', 'SMTP_451'],
    ['we are too fast', { sender: reply(450, '4.7.1 Too many messages') }, 'throttled', 'SMTP_450'],
    ['nobody is there', { recipients: { [ana]: reply(550, '5.1.1 No such user') } }, 'rejected', 'SMTP_550'],
    ['the mailbox is full', { recipients: { [ana]: reply(452, '4.2.2 Over quota') } }, 'transient', 'SMTP_452'],
    ['the address is greylisted', { recipients: { [ana]: reply(450, '4.2.0 Greylisted') } }, 'transient', 'SMTP_450'],
    ['a login is needed', { recipients: { [ana]: reply(530, '5.7.0 Log in') } }, 'unauthorized', 'SMTP_530'],
    ['the mail looks bad', { mail: reply(554, '5.7.1 Spam') }, 'rejected', 'SMTP_554'],
    ['the mail cannot be stored', { mail: reply(452, '4.3.1 No space') }, 'transient', 'SMTP_452'],
    ['the day is over', { mail: reply(550, '5.4.5 Daily sending limit exceeded') }, 'throttled', 'SMTP_550'],
    ['the line breaks before', { drop: 'before' }, 'transient', 'ECONNECTION'],
  ])('%s: nothing was sent, and why is said', async (_what, behaviour, kind, code) => {
    const account = await rehearse({ password: 'sandbox' });
    await account.behave(behaviour);
    expect(await send(account, runOf({ to: ana }))).toMatchObject({
      status: 'failed',
      error: { kind, details: { code } },
    });
    expect(await account.outbox()).toEqual([]);
  });

  it('the line breaks after: nobody knows whether it was taken', async () => {
    const account = await rehearse();
    await account.behave({ drop: 'after' });
    expect(await send(account, runOf({ to: ana }))).toMatchObject({ status: 'failed', error: { kind: 'unknown' } });
    expect(await account.outbox()).toHaveLength(1);
  });

  it('a login is needed and none is set', async () => {
    const account = await rehearse({ user: undefined, password: undefined });
    expect(await send(account, runOf({ to: ana }))).toMatchObject({
      status: 'failed',
      error: { kind: 'unauthorized', message: expect.stringContaining('Authentication required') as string },
    });
  });

  it('nobody listens there, or nobody knows the name', async () => {
    expect(await send({ connection: connectionTo({ port: 1 }) }, runOf({ to: ana }))).toMatchObject({
      error: { kind: 'transient', details: { code: 'ECONNREFUSED' } },
    });
    const lost = connectionTo({ host: 'mail.invalid', security: 'starttls' });
    expect(await send({ connection: lost }, runOf({ to: ana }))).toMatchObject({ error: { kind: 'transient' } });
  });

  it('too fast or the day over: the server is left alone for a while; one address that has to wait holds up nobody else', async () => {
    const account = await rehearse();
    await account.behave({ mail: reply(451, '4.7.0 Rate limited') });
    expect(await send(account, runOf({ to: ana }))).toMatchObject({ error: { details: { retryAfterMs: 60_000 } } });
    await account.behave({ mail: reply(550, '5.4.5 Daily quota') });
    expect(await send(account, runOf({ to: ana }))).toMatchObject({ error: { details: { retryAfterMs: 3_600_000 } } });
    await account.behave({ recipients: { [ana]: reply(450, '4.2.0 Greylisted') } });
    expect(await send(account, runOf({ to: ana }))).toMatchObject({ error: { details: { recordOnly: true } } });
  });

  it('a server that is given up on is left', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void server.close());
    const controller = new AbortController();
    const left = new Promise<void>((resolve) => {
      server.once('connection', (socket) => {
        socket.resume().once('close', () => resolve());
        controller.abort();
      });
    });
    const gate: CallGate = (_call, work) => work(controller.signal);
    const { port } = server.address() as AddressInfo;
    expect(await send({ connection: connectionTo({ port }, gate) }, runOf({ to: ana }))).toMatchObject({
      error: { kind: 'transient' },
    });
    await left;
  });

  it('the password is never shown', async () => {
    const account = await rehearse({ password: 'very-secret' });
    const result = await send(account, runOf({ to: ana }));
    expect(result).toMatchObject({ status: 'failed', error: { kind: 'unauthorized' } });
    expect(JSON.stringify(result) + (result?.status === 'failed' ? result.error.message : '')).not.toContain('secret');
  });
});

describe('a mail to several of whom one is refused', () => {
  const gone = { recipients: { [ben]: { code: 550, text: '5.1.1 No such user' } } };

  it('reaches the others, once, and the refused one when it is tried again', async () => {
    const account = await rehearse();
    await account.behave(gone);
    const failed = await send(account, runOf({ to: [ana, ben] }));
    expect(failed).toMatchObject({ status: 'failed', error: { kind: 'rejected' } });
    expect(failed?.status === 'failed' && failed.error.message).toBe(
      'ben@acme.test: the address was refused: 550 5.1.1 No such user; it has reached ana@acme.test',
    );
    await account.behave({});
    expect(await send(account, runOf({ to: [ana, ben] }))).toMatchObject({
      status: 'done',
      detail: { to: [ana, ben] },
    });
    expect((await account.outbox()).map(({ to }) => to)).toEqual([[ana], [ben]]);
    const [, second] = await account.outbox();
    expect(second?.source).toMatch(/^To: ana@acme\.test, ben@acme\.test/m);
  });

  it('is tried again as long as one refusal is not final, and remembers nothing once it is done', async () => {
    const memory = new Map<string, Json>();
    const account = await rehearse();
    const port = account.sandbox.serverPort;
    const connection = connectionTo({ port, user: 'parley', password: 'sandbox' }, undefined, memory);
    await account.behave({ recipients: { ...gone.recipients, 'cleo@acme.test': { code: 451, text: 'later' } } });
    const request = runOf({ to: [ana, ben, 'cleo@acme.test'] });
    expect(await send({ connection }, request)).toMatchObject({ error: { kind: 'transient' } });
    expect([...memory]).toEqual([['smtp.reached', { [request.runId]: [ana] }]]);
    await account.behave({});
    expect(await send({ connection }, request)).toMatchObject({ status: 'done' });
    expect(memory.size).toBe(0);
    expect((await account.outbox()).map(({ to }) => to)).toEqual([[ana], [ben, 'cleo@acme.test']]);
  });
});

describe('encryption', () => {
  const { key, cert } = testCertificate;
  const received: string[] = [];
  const encrypted = {
    key,
    cert,
    onAuth: ({ username = '' }, _session, done) => {
      received.push(username);
      done(null, { user: username });
    },
  } satisfies Parameters<typeof mailServer>[0];
  const login = { user: 'parley', password: 'sandbox' };

  it.each([
    ['starttls', {}],
    ['tls', { secure: true }],
  ])('is used as the settings say: %s', async (security, options) => {
    const secure: boolean[] = [];
    const port = await mailServer({
      ...encrypted,
      ...options,
      onMailFrom: (_address, session, done) => {
        secure.push(session.secure);
        done();
      },
    });
    const connection = connectionTo({ port, security, certificate: cert, ...login });
    expect(await send({ connection }, runOf({ to: ana }))).toMatchObject({ status: 'done' });
    expect(secure).toEqual([true]);
  });

  it.each([
    ['starttls', {}],
    ['tls', { secure: true }],
  ])('with a certificate that nobody we know has signed is none: %s', async (security, options) => {
    const port = await mailServer({ ...encrypted, ...options });
    received.length = 0;
    expect(await send({ connection: connectionTo({ port, security, ...login }) }, runOf({ to: ana }))).toMatchObject({
      error: { kind: 'misconfigured', details: { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' } },
    });
    expect(received).toEqual([]);
  });

  it('that the server does not have is not done without', async () => {
    const port = await mailServer({ ...encrypted, disabledCommands: ['STARTTLS'], allowInsecureAuth: true });
    received.length = 0;
    expect(
      await send({ connection: connectionTo({ port, security: 'starttls', ...login }) }, runOf({ to: ana })),
    ).toMatchObject({ error: { kind: 'misconfigured' } });
    expect(received).toEqual([]);
  });

  it('from the start with a server that begins in the open is a matter of settings', async () => {
    const port = await mailServer(encrypted);
    expect(
      await send({ connection: connectionTo({ port, security: 'tls', ...login }) }, runOf({ to: ana })),
    ).toMatchObject({ error: { kind: 'misconfigured' } });
  });
});

describe('a check', () => {
  it('connects and logs in, and sends nothing', async () => {
    const account = await rehearse();
    expect(await account.connection.check({ mapping: null })).toEqual({
      account: `parley@acme.test at 127.0.0.1:${String(account.sandbox.serverPort)}`,
      problems: [],
      details: { security: 'none', login: 'parley' },
    });
    expect(await account.account()).toEqual({ outbox: [], refused: [] });
  });

  it('says that the password is wrong', async () => {
    const { connection } = await rehearse({ password: 'old' });
    await expect(connection.check({ mapping: null })).rejects.toMatchObject({ kind: 'unauthorized' });
  });
});

describe('the settings', () => {
  const minimal = { host: 'smtp.acme.test', from: 'parley@acme.test' };
  const problemsOf = (settings: object): string[] =>
    settingsSchema.safeParse(settings).error?.issues.map(({ path }) => path.join('.')) ?? [];

  it('encrypt unless something else is said', () => {
    expect(settingsSchema.parse(minimal)).toMatchObject({ security: 'starttls', mailsPerMinute: 30 });
    expect(settingsSchema.parse({ ...minimal, port: '2525' }).port).toBe(2525);
  });

  it.each([
    [{ ...minimal, security: 'none' }, ['security']],
    [{ ...minimal, security: 'none', allowUnencrypted: true }, []],
    [{ ...minimal, security: 'none', host: 'localhost' }, []],
    [{ ...minimal, security: 'none', host: '::1' }, []],
    [{ ...minimal, security: 'none', host: '127.0.0.1.evil.test' }, ['security']],
    [{ ...minimal, user: 'parley' }, ['password']],
    [{ ...minimal, password: 'secret' }, ['user']],
    [{ ...minimal, port: 0 }, ['port']],
    [{ ...minimal, from: 'Parley' }, ['from']],
    [{ ...minimal, domains: ['@acme.test'] }, ['domains.0']],
    [{ ...minimal, certificate: 'x' }, ['certificate']],
  ])('%j: %j', (settings, expected) => {
    expect(problemsOf(settings)).toEqual(expected);
  });
});
