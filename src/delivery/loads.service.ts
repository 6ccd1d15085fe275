import { Inject, Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import { type Now, NOW } from '../database/environment.js';
import type { ActiveDestination } from '../mapping/mapping-directory.service.js';
import { AttributeCatalog } from '../profiles/attribute-catalog.service.js';
import { Profiles } from '../profiles/profiles.repository.js';
import { type Entry, heldBackEntry, idleEntry, type SentRecord } from './outcome.js';
import { planRecord } from './plan-records.js';
import { RemoteRecords } from './remote-records.repository.js';
import { type ClaimedMark, SyncMarks } from './sync-marks.repository.js';
import { contactsOfWithdrawn } from './withdrawn-contacts.js';

/** What one pass of a drain works on: records to send, and what needs no call. */
export interface Load {
  readonly claim: string;
  readonly sends: readonly SentRecord[];
  readonly idle: readonly Entry[];
}

const nobodyElse: ReadonlyMap<string, string> = new Map();

/** Gathers what is due for a destination and decides, record by record, whether it needs a call. */
@Injectable()
export class Loads {
  constructor(
    private readonly marks: SyncMarks,
    private readonly profiles: Profiles,
    private readonly catalog: AttributeCatalog,
    private readonly remoteRecords: RemoteRecords,
    @Inject(NOW) private readonly now: Now,
  ) {}

  /** Claims until there is a full load to send or nothing more is due: what needs no call makes no batch smaller. */
  async gather(active: ActiveDestination, load: number): Promise<Load> {
    const claim = uuidv7();
    const sends: SentRecord[] = [];
    const idle: Entry[] = [];
    const keys = new Set<string>();
    while (sends.length < load && idle.length < load * 10) {
      const wanted = load - sends.length;
      const claimed = await this.marks.claim(active.destination, this.now(), claim, wanted);
      if (claimed.length === 0) break;
      for (const planned of await this.#plan(active, claimed)) {
        if (!('plan' in planned)) idle.push(planned);
        else if (keys.has(planned.plan.record.key)) idle.push(heldBackEntry(planned, this.now()));
        else {
          keys.add(planned.plan.record.key);
          sends.push(planned);
        }
      }
      if (claimed.length < wanted) break;
    }
    return { claim, sends, idle };
  }

  async #plan(active: ActiveDestination, claimed: readonly ClaimedMark[]): Promise<(SentRecord | Entry)[]> {
    const ids = claimed.map(({ profileId }) => profileId);
    const [profiles, held, identities] = await Promise.all([
      this.profiles.findMany(ids),
      this.remoteRecords.find(active.destination, ids),
      active.interest.identities ? this.profiles.subscriberIds(ids) : new Map<string, never>(),
    ]);
    const contacts = await contactsOfWithdrawn(this.profiles, active, active.mapping, profiles.values());
    const attributes = [...profiles.values()].flatMap((profile) => Object.keys(profile.attributes));
    await this.catalog.learnMissing(attributes.filter((key) => active.interest.attributes.has(key)));
    return claimed.map((mark) => {
      const profile = profiles.get(mark.profileId);
      if (profile === undefined)
        return idleEntry({ mark, version: mark.wantedVersion }, 'gone', 'the profile is not there any more');
      const version = profile.version;
      const record = held.get(mark.profileId) ?? null;
      const plan = planRecord(profile, record, {
        mapping: active.mapping,
        purposes: active.provider.consents ?? [],
        contacts: contacts.get(profile.id) ?? null,
        typeOf: (key: string) => this.catalog.typeOf(key),
        identities: identities.get(profile.id) ?? nobodyElse,
      });
      if (plan.action === 'none') return idleEntry({ mark, version }, plan.outcome, plan.reason);
      return { mark, version, plan, held: record };
    });
  }
}
