import type { Emulator, SandboxWorld } from '../emulator.js';
import { accountSchema, freshAccount } from './account.js';
import { createMailServer } from './mail-server.js';
import { mailPath, newest, registerOutboxPages } from './outbox-pages.js';
import { readMail } from './read-mail.js';

/** Of a fresh account. */
export const sandboxMailLogin = { user: 'parley', password: 'sandbox' } as const;

/** What is kept of each; the oldest go. */
const kept = 1_000;
const mailsPerMinute = 30;

/** A mail server in miniature: it speaks SMTP at a port of its own, and keeps what it takes. */
export function createSmtpEmulator({ clock, changed }: SandboxWorld): Emulator {
  let account = freshAccount();
  let limited = false;
  const keep = <T>(list: T[], entry: T): void => {
    list.push(entry);
    if (list.length > kept) list.shift();
    changed();
  };
  const server = createMailServer({
    account: () => account,
    tooMuch: () => {
      const aMinuteAgo = new Date(clock.now().getTime() - 60_000).toISOString();
      return limited && account.outbox.filter(({ at }) => at > aMinuteAgo).length >= mailsPerMinute;
    },
    take: ({ from, to, source }) => {
      const id = (account.outbox.at(-1)?.id ?? 0) + 1;
      keep(account.outbox, { id, at: clock.now().toISOString(), from, to: [...to], ...readMail(source), source });
    },
    refused: (what, { code, text }) =>
      keep(account.refused, { at: clock.now().toISOString(), what, reply: `${String(code)} ${text}` }),
  });
  return {
    id: 'smtp',
    title: 'E-mail',
    register: (app) => registerOutboxPages(app, () => account.outbox),
    listen: (host, port) => server.listen(host, port),
    reset: () => {
      account = freshAccount();
    },
    exportState: () => account,
    importState: (state) => {
      account = accountSchema.parse(state);
    },
    setLimits: ({ enabled, tier = 'standard' }) => {
      if (tier !== 'standard') throw new Error(`A mail server knows the tier standard, not ${tier}.`);
      limited = enabled;
    },
    views: () => [
      {
        title: 'Outbox',
        page: { path: '/_sandbox/outbox', title: 'Mails in the outbox' },
        columns: ['taken at', 'to', 'subject', 'read it'],
        rows: newest(account.outbox).map(({ id, at, to, subject }) => [at, to.join(', '), subject, mailPath(id)]),
      },
      {
        title: 'Refused',
        columns: ['at', 'what', 'reply'],
        rows: account.refused.toReversed().map(({ at, what, reply }) => [at, what, reply]),
      },
    ],
    close: () => server.close(),
  };
}
