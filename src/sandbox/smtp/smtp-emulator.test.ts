import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createTransport } from 'nodemailer';
import { expect, it, onTestFinished } from 'vitest';
import { startSandbox } from '../sandbox-server.js';
import { createSmtpEmulator, sandboxMailLogin } from './index.js';

async function start(stateFile?: string) {
  const sandbox = await startSandbox(createSmtpEmulator, { port: 0, ...(stateFile !== undefined && { stateFile }) });
  const { user, password: pass } = sandboxMailLogin;
  const post = (subject: string, text = 'Hello') =>
    createTransport({ host: '127.0.0.1', port: sandbox.serverPort ?? 0, auth: { user, pass } }).sendMail({
      from: 'parley@acme.test',
      to: 'ana@acme.test',
      subject,
      text,
    });
  const page = async (at: string): Promise<string> => (await fetch(`${sandbox.origin}/_sandbox${at}`)).text();
  return { sandbox, post, page };
}

it('shows every mail to whoever looks, and nothing of it is taken for a page', async () => {
  const { sandbox, post, page } = await start();
  onTestFinished(() => sandbox.close());
  expect(await page('/outbox')).toContain('Nothing yet.');
  await post('<b>Call</b>', 'Ada said: <script>alert(1)</script>');
  expect(await page('')).toContain('<a href="/_sandbox/outbox/1">');
  expect(await page('/outbox')).toContain('<a href="/_sandbox/outbox/1">&lt;b&gt;Call&lt;/b&gt;</a>');
  const mail = await page('/outbox/1');
  expect(mail).toContain('Ada said: &lt;script&gt;alert(1)&lt;/script&gt;');
  expect(mail).not.toContain('<script>');
  expect(await page('/outbox/2')).toBe('There is no such mail.');
});

it('has what it took when it is started again, though no request told it', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'parley-smtp-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const first = await start(path.join(folder, 'smtp.json'));
  await first.post('Call Ada');
  await first.sandbox.close();
  const second = await start(path.join(folder, 'smtp.json'));
  onTestFinished(() => second.sandbox.close());
  expect(await second.page('/outbox')).toContain('Call Ada');
});

it('with limits on takes thirty mails a minute', async () => {
  const { sandbox, post } = await start();
  onTestFinished(() => sandbox.close());
  const control = (what: string, body: object) =>
    fetch(`${sandbox.origin}/_sandbox/${what}`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  await control('limits', { enabled: true });
  for (let n = 0; n < 30; n += 5) await Promise.all([1, 2, 3, 4, 5].map((more) => post(`mail ${String(n + more)}`)));
  await expect(post('one too many')).rejects.toThrow('450 4.7.0');
  await control('clock', { now: new Date(Date.now() + 61_000).toISOString() });
  await post('a minute later');
  expect((await control('limits', { enabled: true, tier: 'gold' })).status).toBe(400);
});

it('says which variable names another port when its own is taken', async () => {
  const { sandbox } = await start();
  onTestFinished(() => sandbox.close());
  await expect(startSandbox(createSmtpEmulator, { port: 0, serverPort: sandbox.serverPort ?? 0 })).rejects.toThrow(
    `Port ${String(sandbox.serverPort)}, meant for the E-mail sandbox, is in use. Stop what uses it, or set SANDBOX_SMTP_SERVER_PORT to another one.`,
  );
});
