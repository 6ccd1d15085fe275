/** A message as a contact would have seen it. */
export interface PhoneMessage {
  readonly at: string;
  /** What came: `flow`, `content`, `text` … */
  readonly how: string;
  readonly lines: readonly string[];
}

export interface PhoneContact {
  readonly id: string;
  readonly name: string;
  readonly messages: readonly PhoneMessage[];
}

/** What contacts of a chat platform's sandbox would have received, as a phone shows it; one page that needs no script. */
export function renderPhonePage(title: string, contacts: readonly PhoneContact[], chosen: string | undefined): string {
  const contact = contacts.find(({ id }) => id === chosen) ?? contacts.find(({ messages }) => messages.length > 0);
  const list = contacts
    .filter(({ messages }) => messages.length > 0)
    .slice(0, 200)
    .map(
      ({ id, name, messages }) =>
        `<li><a href="?contact=${encodeURIComponent(id)}">${escape(name || id)}</a> (${messages.length})</li>`,
    )
    .join('');
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${escape(title)}: phone</title>
<link rel="icon" href="data:,"><meta name="viewport" content="width=device-width"><style>
body{font:15px/1.45 system-ui,sans-serif;margin:2rem auto;max-width:60rem;padding:0 1rem;color:#1d2733;background:#fbfbfa;display:flex;gap:2rem;flex-wrap:wrap}
main{width:22rem;border:10px solid #1d2733;border-radius:2rem;background:#eef1f4;padding:1rem;min-height:32rem}
h1{font-size:1.2rem;margin:0 0 1rem}p.bubble{background:#fff;border-radius:1rem;padding:.6rem .9rem;margin:.4rem 0;white-space:pre-wrap;overflow-wrap:anywhere}
small{color:#56616e}nav{flex:1;min-width:14rem}
</style></head><body><main><h1>${escape(contact === undefined ? 'Nobody has received anything yet' : contact.name || contact.id)}</h1>
${contact === undefined ? '' : contact.messages.map(bubble).join('\n')}
</main><nav><h1>${escape(title)}</h1><p>What contacts would have received. Nothing was sent.</p><ul>${list}</ul><p><a href="/">The whole sandbox</a></p></nav></body></html>`;
}

const bubble = ({ at, how, lines }: PhoneMessage): string =>
  `<p class="bubble">${lines.map(escape).join('<br>')}<br><small>${escape(how)}, ${escape(at)}</small></p>`;

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
const escape = (text: string): string => text.replace(/[&<>"']/g, (character) => entities[character] ?? character);
