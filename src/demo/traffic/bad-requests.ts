import type { TrafficRequest, TrafficSource } from './traffic-request.js';

export interface TrafficSources {
  readonly manychat: TrafficSource;
  readonly landbot: TrafficSource;
}

/** What goes wrong in real life. `person` numbers below zero are people who exist only here. */
export function badRequests({ manychat, landbot }: TrafficSources): TrafficRequest[] {
  const post = (
    source: TrafficSource,
    more: Partial<TrafficRequest> & Pick<TrafficRequest, 'body' | 'note' | 'status'>,
  ): TrafficRequest => ({
    source: source.key,
    path: `/hooks/${source.key}`,
    headers: { 'content-type': 'application/json', ...secretOf(source, { manychat, landbot }) },
    outcome: 'refused',
    person: null,
    ...more,
  });
  const contact = (number: number, more: object) =>
    JSON.stringify({
      key: `user:${1_700_000_000 + number}`,
      id: String(1_700_000_000 + number),
      first_name: 'Robin',
      last_name: `Typo ${number}`,
      optin_email: true,
      ...more,
    });
  const wrong = {
    'content-type': 'application/json',
    'x-parley-secret': 'not-the-secret',
    authorization: 'Token not-the-secret',
  };
  const kept = { status: 200, outcome: 'applied' } as const;
  return [
    post(manychat, { body: contact(1, {}), headers: wrong, status: 401, note: 'a wrong secret' }),
    post(manychat, { body: contact(2, {}), headers: { 'content-type': 'application/json' }, status: 401, note: 'no secret' }),
    post(landbot, { body: '{"messages":[]}', headers: wrong, status: 401, note: 'a wrong hook token' }),
    post(manychat, { body: contact(3, {}), source: 'nobody', path: '/hooks/nobody', status: 404, note: 'a source that does not exist' }),
    post(manychat, { body: '{"contact_id":"1700000004","last_text_input":"a 24" screen"}', status: 400, note: 'a quote that is not escaped' }),
    post(manychat, { body: '{"contact_id":"1700000005","text":"first line\nsecond line"}', status: 400, note: 'a line break that is not escaped' }),
    post(manychat, { body: '', status: 400, note: 'an empty body' }),
    post(manychat, { body: '{"first_name":"Robin","plan":"pro"}', status: 400, note: 'a body that names nobody' }),
    post(landbot, { body: '{"customer_id":"@id","plan":"pro"}', status: 200, note: 'a Webhook block whose id was not filled in' }),
    post(landbot, { body: '[1,2,3]', status: 200, note: 'JSON that is no object' }),
    post(manychat, { ...kept, person: -1, body: contact(11, { custom_fields: { Email: 'robin11@mail.test', Plan: 'platinum' } }), note: 'a plan that the CRMs do not know' }),
    post(manychat, { ...kept, person: -2, body: contact(12, { custom_fields: { Email: 'robin at mail dot test', Plan: 'pro' } }), note: 'an e-mail address that is none' }),
    post(manychat, { ...kept, person: -3, body: contact(13, { custom_fields: { Email: 'robin13@example.com', Plan: 'pro' } }), note: 'an e-mail address that Mailchimp takes for a fake' }),
    post(manychat, { ...kept, person: -4, body: contact(14, { custom_fields: { Email: 'robin14@mail.test', Birthday: '2023-02-29', Budget: 'a lot' } }), note: 'a day that no calendar has, and a number that is none' }),
  ]; // prettier-ignore
}

function secretOf(source: TrafficSource, { landbot }: TrafficSources): Record<string, string> {
  return source === landbot ? { authorization: `Token ${source.secret}` } : { 'x-parley-secret': source.secret };
}
