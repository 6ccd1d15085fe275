import type { Destination } from '../destination.js';
import { SmtpConnection } from './connection.js';
import { emailSend, notice } from './email-send.js';
import { type SmtpSettings, settingsSchema } from './settings.js';

/** Mails to colleagues through a mail server of one's own. It keeps nobody: there is nothing to synchronise. docs/providers/smtp.md */
export const smtp: Destination<SmtpSettings> = {
  id: 'smtp',
  title: 'E-mail (SMTP)',
  settings: settingsSchema,
  secrets: ['password'],
  objects: [],
  actions: [emailSend],
  notice,
  limits: ({ mailsPerMinute }) => ({
    batchSize: 1,
    parallelCalls: 2,
    rates: [{ lane: 'default', calls: mailsPerMinute, perMs: 60_000 }],
    // Longer than a whole conversation that the time-outs in session.ts let pass: those know whether the mail had left.
    timeoutMs: 300_000,
  }),
  connect: (settings, context) => new SmtpConnection(settings, context),
};
