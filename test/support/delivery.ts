import type { TypedValue } from '../../src/profiles/attribute.js';
import type { Plan } from '../../src/delivery/plan-records.js';
import type { SentRecord } from '../../src/delivery/outcome.js';
import type { RemoteRecord } from '../../src/delivery/remote-records.repository.js';
import { type Mapping, mappingSchema } from '../../src/mapping/mapping.js';
import type { Profile } from '../../src/profiles/profile.js';
import { emptyProfile } from './profiles.js';

export const text = (value: string): TypedValue => ({ type: 'string', value });

export const person = (attributes: Profile['attributes'], more: Partial<Profile> = {}): Profile => ({
  ...emptyProfile(),
  version: 7,
  attributes,
  ...more,
});

/** A mapping as somebody writes it: keyed by e-mail, `firstName` and `plan` mapped, unless said otherwise. */
export const mappingOf = (more: object = {}): Mapping =>
  mappingSchema.parse({
    object: 'contacts',
    key: { from: 'email', to: 'email' },
    fields: [
      { from: 'firstName', to: 'firstname' },
      { from: 'plan', to: 'plan' },
    ],
    ...more,
  });

export const remote = (more: Partial<RemoteRecord> = {}): RemoteRecord => ({
  profileId: emptyProfile().id,
  key: 'ada@example.com',
  remoteId: 'remote-1',
  fields: {},
  tags: [],
  lists: [],
  dropped: [],
  consents: {},
  memo: null,
  ...more,
});

/** A record that was sent: `firstname` and `plan`, of which `plan` is news. */
export function sentRecord(
  known: RemoteRecord | null,
  more: Partial<Extract<Plan, { action: 'send' }>['record']> = {},
): SentRecord {
  const profile = person({ email: 'ada@example.com' });
  return {
    mark: {
      profileId: profile.id,
      wantedVersion: 7,
      dueAt: new Date(500),
      attempts: 0,
      firstFailedAt: null,
    },
    version: 7,
    held: known,
    plan: {
      action: 'send',
      problems: [],
      profile,
      record: {
        profileId: profile.id,
        key: 'ada@example.com',
        fields: { firstname: text('Ada'), plan: text('pro') },
        changed: { plan: text('pro') },
        tags: ['vip', 'new'],
        tagsToAdd: ['new'],
        tagsToRemove: [],
        lists: [],
        listsToAdd: [],
        listsToRemove: [],
        consents: {},
        known: known === null ? null : { remoteId: known.remoteId, memo: known.memo },
        ...more,
      },
    },
  };
}
