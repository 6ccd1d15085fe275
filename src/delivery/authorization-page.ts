import type { AuthorizationOutcome } from './authorizations.service.js';

/** What the person who comes back from a provider reads, by how it ended. */
const texts = {
  connected: ({ destination }) => ({
    title: 'Connected',
    text: `Parley may use the account of "${destination}" now. What was waiting for it is being sent. You can close this page.`,
  }),
  failed: ({ destination, reason }) => ({
    title: 'Not connected',
    text: `The account of "${destination}" could not be connected: ${reason} Nothing has changed. Start again from Parley.`,
  }),
  unknown: () => ({
    title: 'This link is not valid any more',
    text: 'It counts once and for ten minutes. Nothing has changed. Start again from Parley.',
  }),
} as const satisfies {
  [Status in AuthorizationOutcome['status']]: (outcome: Extract<AuthorizationOutcome, { status: Status }>) => {
    title: string;
    text: string;
  };
};

function textOf(outcome: AuthorizationOutcome): { title: string; text: string } {
  if (outcome.status === 'connected') return texts.connected(outcome);
  return outcome.status === 'failed' ? texts.failed(outcome) : texts.unknown();
}

/** A small page of its own: no script, nothing from elsewhere. */
export function authorizationPage(outcome: AuthorizationOutcome): string {
  const { title, text } = textOf(outcome);
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escaped(title)} · Parley</title>
<style>body{font:1.1rem/1.6 system-ui,sans-serif;max-width:34rem;margin:18vh auto;padding:0 1.5rem;color:#1d2433}h1{font-size:1.6rem}</style>
</head><body><h1>${escaped(title)}</h1><p>${escaped(text)}</p></body></html>
`;
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

const escaped = (text: string): string => text.replace(/[&<>"']/g, (character) => entities[character] ?? character);
