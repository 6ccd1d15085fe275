/** A piece of what a contact sees. */
export type PhonePart =
  | { readonly as: 'text'; readonly text: string }
  /** An image, video, audio or file; only its address is shown, so that nothing is fetched from anywhere. */
  | { readonly as: 'media'; readonly type: string; readonly url: string }
  | { readonly as: 'card'; readonly title: string; readonly subtitle: string | null; readonly image: string | null }
  /** A button or quick reply, and where it leads. */
  | { readonly as: 'choice'; readonly title: string; readonly leadsTo: string }
  /** What happens in the conversation without being said: a flow begins. */
  | { readonly as: 'step'; readonly text: string };

/** What came in one go. */
export interface PhoneMessage {
  readonly at: string;
  /** How it came, in a few words for people: `WhatsApp template 12 (es)`. */
  readonly how: string;
  readonly parts: readonly PhonePart[];
}

export interface PhoneContact {
  readonly id: string;
  readonly name: string;
  readonly messages: readonly PhoneMessage[];
}

const mostListed = 200;

/** For the table of contacts: the phone of whoever has received something last. */
export const phones = { path: '/_sandbox/phone', title: 'The phones of contacts' } as const;

/** Where the phone of a contact is shown; cells of a sandbox's page that begin so become links. */
export const phonePath = (contact: string): string => `/_sandbox/phone?contact=${encodeURIComponent(contact)}`;

/** What contacts of a chat platform's sandbox would have received, as a phone shows it; one page that needs no script. */
export function renderPhonePage(title: string, contacts: readonly PhoneContact[], chosen: string | undefined): string {
  const reached = contacts.filter(({ messages }) => messages.length > 0);
  const contact = contacts.find(({ id }) => id === chosen) ?? reached[0];
  const list = reached.slice(0, mostListed).map((each) => entry(each, each === contact));
  const more = reached.length > mostListed ? `<p>The first ${mostListed} of ${reached.length}.</p>` : '';
  const name = contact === undefined ? 'Nobody yet' : contact.name || contact.id;
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${escape(title)}: ${escape(name)}’s phone</title>
<link rel="icon" href="data:,"><meta name="viewport" content="width=device-width"><style>${style}</style></head>
<body><main aria-label="Phone"><h1>${escape(name)}</h1>
${contact === undefined || contact.messages.length === 0 ? '<p class="step">Nothing received yet.</p>' : contact.messages.map(message).join('\n')}
</main><nav><h1>${escape(title)}</h1><p>What contacts would have received. Nothing was sent to anybody.</p>
<ul>${list.join('')}</ul>${more}<p><a href="/_sandbox">All that this sandbox holds</a></p></nav></body></html>`;
}

const style = `
body{font:15px/1.45 system-ui,sans-serif;margin:2rem auto;max-width:60rem;padding:0 1rem;color:#1d2733;background:#fbfbfa;display:flex;gap:2.5rem;flex-wrap:wrap}
main{box-sizing:border-box;width:24rem;max-width:100%;border:10px solid #1d2733;border-radius:2rem;background:#e9edf1;padding:1rem;min-height:34rem}
h1{font-size:1.15rem;margin:0 0 1rem}section{margin:0 0 1.1rem;display:flex;flex-direction:column;align-items:flex-start;gap:.35rem}
section>*{margin:0;max-width:100%;box-sizing:border-box;overflow-wrap:anywhere}
.text,.card,.media{background:#fff;border-radius:1rem;padding:.55rem .85rem;white-space:pre-wrap}
.card{width:16rem;white-space:normal}.card b,.card span{display:block}
.media{background:#d6dde5;color:#3d4a58}
.choice{border:1px solid #2c6fbb;color:#1f5592;background:#fff;border-radius:1rem;padding:.25rem .8rem}
.step{align-self:center;color:#56616e;font-style:italic;text-align:center}
small{color:#56616e}nav{flex:1;min-width:14rem}ul{padding-left:1.2rem}`;

const entry = ({ id, name, messages }: PhoneContact, isShown: boolean): string =>
  `<li><a href="${escape(phonePath(id))}"${isShown ? ' aria-current="true"' : ''}>${escape(name || id)}</a> (${messages.length})</li>`;

const message = ({ at, how, parts }: PhoneMessage): string =>
  `<section>${parts.map(part).join('')}<small>${escape(how)} · <time datetime="${escape(at)}">${escape(shownTime(at))}</time></small></section>`;

function part(piece: PhonePart): string {
  switch (piece.as) {
    case 'text':
    case 'step':
      return `<p class="${piece.as}">${escape(piece.text)}</p>`;
    case 'media':
      return `<p class="media">${escape(piece.type)}: ${escape(piece.url)}</p>`;
    case 'choice':
      return `<p class="choice">${escape(piece.title)} <small>→ ${escape(piece.leadsTo)}</small></p>`;
    case 'card': {
      const image = piece.image === null ? '' : `<span class="media">image: ${escape(piece.image)}</span>`;
      const subtitle = piece.subtitle === null ? '' : `<span>${escape(piece.subtitle)}</span>`;
      return `<div class="card">${image}<b>${escape(piece.title)}</b>${subtitle}</div>`;
    }
  }
}

const clock = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'medium', timeZone: 'UTC' });
const shownTime = (at: string): string => `${clock.format(new Date(at))} UTC`;

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
const escape = (text: string): string => text.replace(/[&<>"']/g, (character) => entities[character] ?? character);
