import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { stringify } from 'yaml';
import { createHubspotEmulator } from '../../src/sandbox/hubspot/index.js';
import { createMailchimpEmulator } from '../../src/sandbox/mailchimp/index.js';
import { type RunningSandbox, startSandbox } from '../../src/sandbox/sandbox-server.js';
import { createSmtpEmulator } from '../../src/sandbox/smtp/index.js';

const secret = 'kill-secret';
export const people = Array.from({ length: 8 }, (_unused, index) => `person${String(index)}@kill.test`);

/** The CRMs and the mail server, which do not die with us. */
export interface World {
  readonly hubspot: RunningSandbox;
  readonly mailchimp: RunningSandbox;
  readonly smtp: RunningSandbox;
}

export async function startWorld(): Promise<World> {
  const [hubspot, mailchimp, smtp] = await Promise.all(
    [createHubspotEmulator, createMailchimpEmulator, createSmtpEmulator].map((create) =>
      startSandbox(create, { port: 0 }),
    ),
  );
  if (hubspot === undefined || mailchimp === undefined || smtp === undefined) throw new Error('three were started');
  return { hubspot, mailchimp, smtp };
}

/**
 * A web shop whose every order starts two journeys: `follow-up` leaves a note, waits, and tells Mailchimp, which are both checkable;
 * `word` writes one e-mail to a colleague, of which nobody can say afterwards whether it was taken.
 */
export function writeConfiguration(folder: string, { hubspot, mailchimp, smtp }: World): string {
  const orders = { event: { names: ['order_placed'] } };
  const configuration = {
    sources: [{ key: 'shop', platform: 'generic', title: 'Shop', secrets: [secret] }],
    destinations: [
      {
        key: 'hubspot',
        provider: 'hubspot',
        title: 'HubSpot',
        settings: { baseUrl: hubspot.origin, accessToken: 'pat-eu1-sandbox', tier: 'professional' },
        mapping: {
          object: 'contacts',
          key: { from: 'email', to: 'email' },
          fields: [{ from: 'firstName', to: 'firstname' }],
        },
      },
      {
        key: 'mailchimp',
        provider: 'mailchimp',
        title: 'Mailchimp',
        settings: { baseUrl: mailchimp.origin, apiKey: 'sandbox-us1', audienceId: 'a1b2c3d4e5' },
        mapping: {
          object: 'member',
          key: { from: 'email', to: 'email_address' },
          requires: { consent: 'email' },
          fields: [{ from: 'firstName', to: 'FNAME' }],
        },
      },
      {
        key: 'mail',
        provider: 'smtp',
        title: 'Mail',
        settings: {
          host: '127.0.0.1',
          port: smtp.serverPort,
          security: 'none',
          user: 'parley',
          password: 'sandbox',
          from: 'parley@kill.test',
          mailsPerMinute: 6000,
        },
      },
    ],
    triggers: [
      {
        key: 'follow-up',
        title: 'Follow-up',
        definition: {
          when: orders,
          steps: [
            {
              id: 'note',
              do: { destination: 'hubspot', action: 'note.create', input: { text: 'Order {{event.number}}.' } },
            },
            { id: 'pause', wait: { for: { minutes: 1 } } },
            {
              id: 'tell',
              do: {
                destination: 'mailchimp',
                action: 'event.add',
                input: { name: 'ordered', properties: { number: 'Order {{event.number}}.' } },
              },
            },
          ],
        },
      },
      {
        key: 'word',
        title: 'Word',
        definition: {
          when: orders,
          steps: [
            {
              id: 'mail',
              do: {
                destination: 'mail',
                action: 'email.send',
                input: { to: 'sales@kill.test', subject: 'Order {{event.number}}.', text: 'An order.' },
              },
            },
          ],
        },
      },
    ],
  };
  const config = path.join(folder, 'config');
  mkdirSync(config, { recursive: true });
  writeFileSync(path.join(config, 'kill.yaml'), stringify(configuration));
  return config;
}

/** Says that somebody ordered, as the shop does; again and again until one of the processes has answered that it is kept. */
export async function order(number: number, urls: () => readonly string[]): Promise<void> {
  const email = people[number % people.length];
  const body = JSON.stringify({
    email,
    event: 'order_placed',
    event_id: `order-${String(number)}`,
    consent_email: 'granted',
    first_name: `Customer ${String(number)}`,
    properties: { number },
  });
  for (let attempt = 0; ; attempt += 1) {
    const running = urls();
    const url = running[(number + attempt) % running.length];
    const answer = url === undefined ? null : await post(url, body).catch(() => null);
    if (answer?.status === 200) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

const post = (url: string, body: string): Promise<Response> =>
  fetch(`${url}/hooks/shop`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-parley-secret': secret },
    body,
  });

/** How often each order is spoken of in what a sandbox holds: `pattern` finds its number. */
export async function ordersIn({ origin }: RunningSandbox, pattern: RegExp): Promise<Map<number, number>> {
  const state = await (await fetch(`${origin}/_sandbox/state`)).text();
  const counts = new Map<number, number>();
  for (const [, number] of state.matchAll(pattern)) counts.set(Number(number), (counts.get(Number(number)) ?? 0) + 1);
  return counts;
}
