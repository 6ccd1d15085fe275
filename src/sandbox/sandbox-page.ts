import type { Emulator, SandboxView } from './emulator.js';
import type { Journal } from './journal.js';

const shownRows = 200;
const shownCalls = 50;

/** What a sandbox account holds and the last calls it answered, as one plain page that needs no script. */
export function renderSandboxPage(emulator: Emulator, journal: Journal): string {
  const calls: SandboxView = {
    title: 'Last calls',
    columns: ['#', 'time', 'method', 'path', 'status'],
    rows: journal
      .entries()
      .slice(-shownCalls)
      .reverse()
      .map((call) => [String(call.number), call.at, call.method, call.path, call.fault ?? String(call.status)]),
  };
  const views = emulator.views();
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${escape(emulator.title)} sandbox</title>
<link rel="icon" href="data:,"><meta name="viewport" content="width=device-width"><style>
body{font:15px/1.45 system-ui,sans-serif;margin:2rem auto;max-width:76rem;padding:0 1rem;color:#1d2733;background:#fbfbfa}
nav{line-height:2}nav span{margin-right:1.2rem;white-space:nowrap}h1{font-size:1.5rem}h2{font-size:1.1rem;margin-top:2rem}p{color:#56616e}
div{overflow-x:auto;border:1px solid #dfe3e8;border-radius:6px;background:#fff}
table{border-collapse:collapse;width:100%}th,td{text-align:left;padding:.4rem .7rem;border-bottom:1px solid #eceff2;white-space:nowrap}
th{background:#f4f5f7;font-weight:600}td{max-width:26rem;overflow:hidden;text-overflow:ellipsis}tr:last-child td{border:0}
</style></head><body><h1>${escape(emulator.title)} sandbox</h1>
<p>An imitation of ${escape(emulator.title)} for rehearsals: nothing here leaves this machine. All it holds as JSON:
<a href="/_sandbox/state">/_sandbox/state</a>. Every request and answer: <a href="/_sandbox/calls">/_sandbox/calls</a>.</p>
<nav>${[...views.map((view) => contentLine(view, view.rows.length)), contentLine(calls, journal.count)].join('')}</nav>
${[...views, calls].map(renderView).join('\n')}
</body></html>`;
}

/** Where a table stands on the page. */
export const anchorOf = ({ title }: SandboxView): string =>
  title
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '');

const contentLine = (view: SandboxView, count: number): string =>
  `<span><a href="#${anchorOf(view)}">${escape(view.title)}</a> ${count.toLocaleString('en')}</span> `;

function renderView(view: SandboxView): string {
  const { title, page, columns, rows } = view;
  const link = page === undefined ? '' : `<p><a href="${escape(page.path)}">${escape(page.title)}</a></p>`;
  const heading = `<h2 id="${anchorOf(view)}">${escape(title)}</h2>${link}`;
  const more = rows.length > shownRows ? `<p>The first ${shownRows} of ${rows.length.toLocaleString('en')}.</p>` : '';
  if (rows.length === 0) return `${heading}<p>Nothing yet.</p>`;
  const head = columns.map((column) => `<th>${escape(column)}</th>`).join('');
  const body = rows
    .slice(0, shownRows)
    .map((row) => `<tr>${row.map((cell) => `<td title="${escape(cell)}">${linked(cell)}</td>`).join('')}</tr>`)
    .join('');
  return `${heading}<div><table><thead><tr>${head}</tr></thead><tbody>${body}</tbody></table></div>${more}`;
}

/** A page of the sandbox's own is a link. */
const linked = (cell: string): string =>
  /^\/_sandbox\/\S+$/.test(cell) ? `<a href="${escape(cell)}">${escape(cell)}</a>` : escape(cell);

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
const escape = (text: string): string => text.replace(/[&<>"']/g, (character) => entities[character] ?? character);
