import type { Contact } from './state.js';

/** Values that every answer carries, stored or not. */
function computed({ id, createdAt, updatedAt, properties }: Contact): Record<string, string> {
  const domain = properties.email?.split('@')[1];
  return {
    createdate: createdAt,
    lastmodifieddate: updatedAt,
    hs_object_id: id,
    ...(domain === undefined ? {} : { hs_email_domain: domain }),
  };
}

const always = ['createdate', 'hs_object_id', 'lastmodifieddate'];
const usual = ['email', 'firstname', 'lastname'];

export interface ContactAnswer {
  readonly id: string;
  readonly properties: Readonly<Record<string, string | null>>;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly archived: boolean;
}

/** A record as a read shows it: what was asked for, `null` where there is nothing. */
export function readAnswer(contact: Contact, asked: readonly string[]): ContactAnswer {
  return answer(contact, [...(asked.length === 0 ? usual : asked), ...always], null);
}

/** A record as a write shows it: what was sent and what HubSpot computes, not the whole record. */
export function writeAnswer(contact: Contact, sent: readonly string[]): ContactAnswer {
  return answer(contact, ['email', ...sent, ...always, 'hs_email_domain'], '');
}

function answer(contact: Contact, names: readonly string[], empty: string | null): ContactAnswer {
  const known: Record<string, string> = { ...contact.properties, ...computed(contact) };
  const { id, createdAt, updatedAt, archived } = contact;
  const properties = Object.fromEntries([...new Set(names)].map((name) => [name, known[name] ?? empty]));
  return { id, properties, createdAt, updatedAt, archived };
}
