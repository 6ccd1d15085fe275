/** What the page shows and sends back. */
export interface Asked {
  readonly app: string;
  readonly portalId: number;
  readonly scopes: readonly string[];
  /** Goes back with the form as it came. */
  readonly query: Readonly<Record<string, string>>;
}

/** "Connect this app to HubSpot?", as plain as a page can be; it needs no script. */
export function authorizePage({ app, portalId, scopes, query }: Asked): string {
  const kept = Object.entries(query)
    .map(([name, value]) => `<input type="hidden" name="${escape(name)}" value="${escape(value)}">`)
    .join('');
  return page(
    `Connect ${app} to HubSpot`,
    `<p>${escape(app)} wants to work with the sandbox account ${String(portalId)}:</p>
<ul>${scopes.map((scope) => `<li>${escape(scope)}</li>`).join('')}</ul>
<form method="post" action="/oauth/authorize">${kept}
<button name="decision" value="allow">Allow</button> <button name="decision" value="deny">Deny</button></form>`,
  );
}

export const refusalPage = (reason: string): string => page('The app cannot be connected', `<p>${escape(reason)}</p>`);

const page = (title: string, body: string): string => `<!doctype html><html lang="en"><head><meta charset="utf-8">
<title>${escape(title)}</title><link rel="icon" href="data:,"><meta name="viewport" content="width=device-width">
<style>body{font:16px/1.5 system-ui,sans-serif;margin:3rem auto;max-width:38rem;padding:0 1rem;color:#1d2733}
button{font:inherit;padding:.4rem 1.4rem;margin-right:.5rem}</style></head><body><h1>${escape(title)}</h1>${body}</body></html>`;

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
const escape = (text: string): string => text.replace(/[&<>"']/g, (character) => entities[character] ?? character);
