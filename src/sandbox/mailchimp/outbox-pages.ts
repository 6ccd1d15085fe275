import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { SandboxView } from '../emulator.js';
import type { Mail } from './marketing-state.js';
import type { Account } from './account-in-routes.js';

const shown = 200;
const trackQuery = z.object({ m: z.coerce.number(), url: z.string().default('') });

/** Everything that would have been sent, to be read in a browser; and what its readers do with it. */
export function registerOutboxPages(app: FastifyInstance, account: Account): void {
  const mailOf = (id: number): Mail | undefined => account.facts().outbox.find((mail) => mail.id === id);
  app.get('/_sandbox/outbox', (_request, reply) =>
    reply.type('text/html; charset=utf-8').send(outboxPage(account.facts().outbox)),
  );
  app.get<{ Params: { mail: string } }>('/_sandbox/outbox/:mail', (request, reply) => {
    const mail = mailOf(Number(request.params.mail));
    if (!mail) return reply.code(404).type('text/plain').send('There is no such mail.');
    return reply.type('text/html; charset=utf-8').send(mailPage(mail));
  });
  const track = (path: string, action: 'open' | 'click'): void => {
    app.get(path, (request, reply) => {
      const { m, url } = trackQuery.parse(request.query);
      const mail = mailOf(m);
      if (mail?.source !== 'campaign') return reply.code(404).type('text/plain').send('No campaign sent this mail.');
      record(account, mail, action, url);
      return reply.type('text/plain').send(`${mail.to}: ${action}`);
    });
  };
  track('/track/open', 'open');
  track('/track/click', 'click');
}

function record(account: Account, { source_id, to, list_id }: Mail, action: 'open' | 'click', url: string): void {
  const { mailActions, campaigns } = account.facts();
  mailActions.push({ campaign_id: source_id, email: to, action, timestamp: account.now(), url, type: '' });
  const audience = account.audience(list_id);
  const member = audience.find(to);
  const title = campaigns.find(({ id }) => id === source_id)?.settings.title ?? '';
  const link = action === 'click' ? { link_clicked: url } : {};
  if (member) audience.log(member, { activity_type: action, campaign_id: source_id, campaign_title: title, ...link });
}

export function outboxView(outbox: readonly Mail[]): SandboxView {
  return {
    title: 'Outbox',
    page: { path: '/_sandbox/outbox', title: 'Letters in the outbox' },
    columns: ['sent at', 'to', 'subject', 'by', 'read it'],
    rows: outbox
      .slice(-shown)
      .reverse()
      .map(({ id, sent_at, to, subject, source, source_id }) => [
        sent_at,
        to,
        subject,
        `${source} ${source_id}`,
        `/_sandbox/outbox/${String(id)}`,
      ]),
  };
}

function outboxPage(outbox: readonly Mail[]): string {
  const rows = outbox
    .slice(-shown)
    .reverse()
    .map(
      ({ id, sent_at, to, subject, source, source_id }) =>
        `<tr><td>${html(sent_at)}</td><td>${html(to)}</td><td><a href="/_sandbox/outbox/${String(id)}">${html(subject)}</a></td><td>${html(`${source} ${source_id}`)}</td></tr>`,
    )
    .join('');
  const head = ['sent at', 'to', 'subject', 'by'].map((column) => `<th>${column}</th>`).join('');
  const table = `<div><table><thead><tr>${head}</tr></thead><tbody>${rows}</tbody></table></div>`;
  const all = '<p><a href="/_sandbox">All that this sandbox holds</a></p>';
  return page(
    'Outbox',
    `<p>What would have been sent. Nothing was.</p>${rows === '' ? '<p>Nothing yet.</p>' : table}${all}`,
  );
}

/** The mail itself in a frame of its own, where no script runs. */
function mailPage({ id, to, from, subject, html: body, source }: Mail): string {
  const acts =
    source === 'campaign'
      ? `<p>As its reader: follow the links in it, <a href="/track/open?m=${String(id)}">open it</a>, <a href="/track/click?m=${String(id)}&amp;url=https%3A%2F%2Fexample.test%2F">click a link</a>.</p>`
      : '';
  return page(
    html(subject),
    `<p>From ${html(from)} to ${html(to)}</p><div><iframe sandbox srcdoc="${html(body)}" title="The letter"></iframe></div>${acts}<p><a href="/_sandbox/outbox">All mail</a></p>`,
  );
}

/** As the sandbox's own page looks. */
const style = `
body{font:15px/1.45 system-ui,sans-serif;margin:2rem auto;max-width:76rem;padding:0 1rem;color:#1d2733;background:#fbfbfa}
h1{font-size:1.5rem}p{color:#56616e}
div{overflow-x:auto;border:1px solid #dfe3e8;border-radius:6px;background:#fff}iframe{display:block;border:0;width:100%;height:24rem}
table{border-collapse:collapse;width:100%}th,td{text-align:left;padding:.4rem .7rem;border-bottom:1px solid #eceff2}
th{background:#f4f5f7;font-weight:600}tr:last-child td{border:0}`;

const page = (title: string, body: string): string =>
  `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${title}</title><link rel="icon" href="data:,">` +
  `<meta name="viewport" content="width=device-width"><style>${style}</style></head><body><h1>${title}</h1>${body}</body></html>`;

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
const html = (text: string): string => text.replace(/[&<>"]/g, (character) => entities[character] ?? character);
