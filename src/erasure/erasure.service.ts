import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { type Now, NOW } from '../database/environment.js';
import { DeliveryWaker } from '../delivery/delivery-waker.service.js';
import { Erasures, type PlannedErasure } from '../delivery/erasures.repository.js';
import { type RemoteRecord, RemoteRecords } from '../delivery/remote-records.repository.js';
import { MappingDirectory } from '../mapping/mapping-directory.service.js';
import { Profiles } from '../profiles/profiles.repository.js';
import { forgetStatements } from './forget-profile.js';

/** What erasing one person means, shown before it is done. */
export interface ErasurePlan {
  readonly profileId: string;
  readonly destinations: readonly {
    readonly destination: string;
    readonly remoteId: string;
    /** What it means there, and forbids later; null: this destination cannot do it, a person has to. */
    readonly meaning: string | null;
  }[];
}

/**
 * Forgets a person: here at once and completely, at every destination as soon as it can be reached. Not by an event, unlike every other
 * change of a profile: the event would have to remember whom it is about (docs/decisions/0008).
 */
@Injectable()
export class Erasure {
  constructor(
    private readonly dataSource: DataSource,
    private readonly profiles: Profiles,
    private readonly remoteRecords: RemoteRecords,
    private readonly mappings: MappingDirectory,
    private readonly erasures: Erasures,
    private readonly waker: DeliveryWaker,
    @Inject(NOW) private readonly now: Now,
  ) {}

  /** null: there is no such profile. */
  async plan(profileId: string): Promise<ErasurePlan | null> {
    const profile = await this.profiles.findOne(profileId);
    if (profile === null) return null;
    const held = await this.remoteRecords.everywhere([profile.id]);
    return { profileId: profile.id, destinations: held.map((one) => this.#meaning(one)) };
  }

  /** Returns what was planned; null: there is no such profile (any more). `except`: where the person has been forgotten already. */
  async run(profileId: string, requestedBy: string, except: readonly string[] = []): Promise<ErasurePlan | null> {
    const found = await this.profiles.findOne(profileId);
    if (found === null) return null;
    const plan = await this.dataSource.transaction((manager) => this.#erase(manager, found.id, requestedBy, except));
    for (const { destination } of plan.destinations) this.waker.wake(destination, this.now());
    return plan;
  }

  /** The lock keeps the pipeline out: an event that waits for it finds nobody, and makes a new profile. */
  async #erase(
    manager: EntityManager,
    profileId: string,
    requestedBy: string,
    except: readonly string[],
  ): Promise<ErasurePlan> {
    const rows = await manager.query<{ id: string }[]>(
      `SELECT id FROM profiles WHERE id = $1 OR merged_into = $1 ORDER BY id FOR UPDATE`,
      [profileId],
    );
    const ids = rows.map(({ id }) => id);
    const emails = (await this.profiles.identities(profileId)).flatMap(({ kind, value }) =>
      kind === 'email' ? value : [],
    );
    const held = (await this.remoteRecords.everywhere(ids)).filter(({ destination }) => !except.includes(destination));
    const planned = held.flatMap((one): PlannedErasure[] => {
      const object = this.mappings.find(one.destination)?.mapping.object;
      if (object === undefined || this.#meaning(one).meaning === null) return [];
      const { key, remoteId, memo } = one;
      return [{ destination: one.destination, object, record: { profileId, key, remoteId, memo, emails } }];
    });
    await this.erasures.plan(manager, planned, requestedBy, this.now());
    for (const statement of Object.values(forgetStatements)) await manager.query(statement, [ids]);
    return { profileId, destinations: held.map((one) => this.#meaning(one)) };
  }

  #meaning({ destination, remoteId }: RemoteRecord & { readonly destination: string }) {
    return { destination, remoteId, meaning: this.mappings.find(destination)?.provider.erasure ?? null };
  }
}
