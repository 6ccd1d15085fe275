import type { FastifyInstance } from 'fastify';
import type { Mail } from './account.js';

const shown = 200;

/** Every mail that would have been sent, to be read in a browser. */
export function registerOutboxPages(app: FastifyInstance, outbox: () => readonly Mail[]): void {
  app.get('/_sandbox/outbox', (_request, reply) => reply.type('text/html; charset=utf-8').send(outboxPage(outbox())));
  app.get<{ Params: { mail: string } }>('/_sandbox/outbox/:mail', (request, reply) => {
    const mail = outbox().find(({ id }) => id === Number(request.params.mail));
    if (mail === undefined) return reply.code(404).type('text/plain').send('There is no such mail.');
    return reply.type('text/html; charset=utf-8').send(mailPage(mail));
  });
}

/** Where one mail can be read; cells of a sandbox's page that begin so become links. */
export const mailPath = (id: number): string => `/_sandbox/outbox/${String(id)}`;

/** The last ones, newest first. */
export const newest = (outbox: readonly Mail[]): readonly Mail[] => outbox.slice(-shown).reverse();

function outboxPage(outbox: readonly Mail[]): string {
  const rows = newest(outbox).map(
    ({ id, at, to, subject }) =>
      `<tr><td>${escape(at)}</td><td>${escape(to.join(', '))}</td><td><a href="${mailPath(id)}">${escape(subject)}</a></td></tr>`,
  );
  const table = `<div><table><thead><tr><th>taken at</th><th>to</th><th>subject</th></tr></thead><tbody>${rows.join('')}</tbody></table></div>`;
  const more = outbox.length > shown ? `<p>The last ${shown} of ${outbox.length.toLocaleString('en')}.</p>` : '';
  return page(
    'Outbox',
    `<p>What colleagues would have got. Nothing was sent to anybody.</p>${rows.length === 0 ? '<p>Nothing yet.</p>' : table}${more}
<p><a href="/_sandbox">All that this sandbox holds</a></p>`,
  );
}

const mailPage = ({ at, from, to, subject, text, source }: Mail): string =>
  page(
    subject,
    `<p>From ${escape(from)} to ${escape(to.join(', '))}, taken at ${escape(at)}</p><div><pre>${escape(text)}</pre></div>
<details><summary>As it came</summary><div><pre>${escape(source)}</pre></div></details>
<p><a href="/_sandbox/outbox">All mails</a></p>`,
  );

/** As the sandbox's own page looks. */
const style = `
body{font:15px/1.45 system-ui,sans-serif;margin:2rem auto;max-width:76rem;padding:0 1rem;color:#1d2733;background:#fbfbfa}
h1{font-size:1.5rem}p,summary{color:#56616e}summary{margin-top:1rem;cursor:pointer}
div{overflow-x:auto;border:1px solid #dfe3e8;border-radius:6px;background:#fff}
pre{font:inherit;margin:0;padding:1rem;white-space:pre-wrap;overflow-wrap:anywhere}details pre{font:13px/1.45 ui-monospace,monospace}
table{border-collapse:collapse;width:100%}th,td{text-align:left;padding:.4rem .7rem;border-bottom:1px solid #eceff2}
th{background:#f4f5f7;font-weight:600}tr:last-child td{border:0}`;

const page = (title: string, body: string): string =>
  `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${escape(title)}</title><link rel="icon" href="data:,">
<meta name="viewport" content="width=device-width"><style>${style}</style></head><body><h1>${escape(title)}</h1>${body}</body></html>`;

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
const escape = (text: string): string => text.replace(/[&<>"']/g, (character) => entities[character] ?? character);
