import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { ConfigurationRevision } from '../database/configuration-revision.service.js';
import { type Now, NOW } from '../database/environment.js';
import { DestinationStates } from '../delivery/destination-states.repository.js';
import { destinations as providers } from '../destinations/registry.js';
import { DestinationEntity } from '../mapping/destination.entity.js';
import type { Mapping } from '../mapping/mapping.js';
import { MappingEntity } from '../mapping/mapping.entity.js';
import { Problem } from '../observability/problem.js';
import { SecretBox } from '../security/secret-box.js';
import { hashSecret } from '../security/secret-hash.js';
import { SourceEntity } from '../sources/source.entity.js';
import type { DestinationInput, SourceInput } from './configuration-schema.js';

/** Where a change comes from: what a configuration file says can be changed only there. */
export type Origin = 'file' | 'api';

/** Keeps sources, destinations and mappings, and tells every process when they change. */
@Injectable()
export class Configuration {
  constructor(
    private readonly dataSource: DataSource,
    private readonly revision: ConfigurationRevision,
    private readonly box: SecretBox,
    private readonly states: DestinationStates,
    @Inject(NOW) private readonly now: Now,
  ) {}

  /** Runs changes in one transaction; afterwards this process knows them, the others within a second. */
  async change<T>(work: (manager: EntityManager) => Promise<T>): Promise<T> {
    const result = await this.dataSource.transaction(async (manager) => {
      const done = await work(manager);
      await this.revision.bump((text) => manager.query(text));
      return done;
    });
    await this.revision.refresh();
    return result;
  }

  async saveSource(manager: EntityManager, input: SourceInput, origin: Origin): Promise<void> {
    const sources = manager.getRepository(SourceEntity);
    this.#guard('source', input.key, await sources.findOneBy({ key: input.key }), origin);
    await sources.upsert(
      {
        key: input.key,
        platform: input.platform,
        title: input.title,
        settings: input.settings,
        secret_hashes: input.secrets.map(hashSecret),
        enabled: input.enabled,
        provisioned: origin === 'file',
      },
      ['key'],
    );
  }

  async saveDestination(manager: EntityManager, input: DestinationInput, origin: Origin): Promise<void> {
    const destinations = manager.getRepository(DestinationEntity);
    const existing = await destinations.findOneBy({ key: input.key });
    this.#guard('destination', input.key, existing, origin);
    const secretNames = providers.find(({ id }) => id === input.provider)?.secrets ?? [];
    const entries = Object.entries(input.settings);
    const secrets = Object.fromEntries(entries.filter(([name]) => secretNames.includes(name)));
    await destinations.upsert(
      {
        key: input.key,
        provider: input.provider,
        title: input.title,
        settings: Object.fromEntries(entries.filter(([name]) => !secretNames.includes(name))),
        secrets: this.box.seal(JSON.stringify(secrets)),
        pulls: input.pulls,
        enabled: input.enabled,
        provisioned: origin === 'file',
      },
      ['key'],
    );
    // Whoever has mended the credentials wants it to go on.
    if (existing !== null && this.#settingsOf(existing) !== canonical(input.settings))
      await this.states.resume(input.key);
    // While it was off nobody noted what was news for it.
    if (existing?.enabled === false && input.enabled) await this.states.compareAll(manager, input.key);
    if (input.mapping !== undefined) await this.saveMapping(manager, input.key, input.mapping, origin);
    else if (origin === 'file')
      await manager.getRepository(MappingEntity).update({ destination: input.key }, { provisioned: false });
  }

  /** A mapping that says something else becomes the next version; the same one again changes nothing. */
  async saveMapping(manager: EntityManager, destination: string, mapping: Mapping, origin: Origin): Promise<number> {
    const mappings = manager.getRepository(MappingEntity);
    const current = await mappings.findOne({ where: { destination }, order: { version: 'DESC' } });
    this.#guard('mapping', destination, current, origin);
    if (current !== null && (await this.#same(manager, current, mapping))) {
      await mappings.update({ destination, version: current.version }, { provisioned: origin === 'file' });
      return current.version;
    }
    const version = (current?.version ?? 0) + 1;
    await mappings.insert({
      destination,
      version,
      definition: mapping,
      provisioned: origin === 'file',
      created_at: this.now(),
    });
    return version;
  }

  async deleteSource(manager: EntityManager, key: string): Promise<void> {
    const source = await manager.getRepository(SourceEntity).findOneBy({ key });
    if (source === null) throw new Problem(404, 'Unknown source', `There is no source "${key}".`);
    this.#guard('source', key, source, 'api');
    await manager.getRepository(SourceEntity).delete({ key });
  }

  async deleteDestination(manager: EntityManager, key: string): Promise<void> {
    const destination = await manager.getRepository(DestinationEntity).findOneBy({ key });
    if (destination === null) throw new Problem(404, 'Unknown destination', `There is no destination "${key}".`);
    this.#guard('destination', key, destination, 'api');
    await manager.getRepository(DestinationEntity).delete({ key });
    await this.states.forget(manager, key, this.now());
  }

  /** What files no longer name is switched off, kept, and can be edited from then on. */
  async releaseOthers(
    manager: EntityManager,
    sources: readonly string[],
    destinations: readonly string[],
  ): Promise<void> {
    for (const [table, keys] of [
      ['sources', sources],
      ['destinations', destinations],
    ] as const)
      await manager.query(
        `UPDATE ${table} SET enabled = false, provisioned = false WHERE provisioned AND NOT (key = ANY ($1::text[]))`,
        [keys],
      );
    await manager.query(
      `UPDATE mappings SET provisioned = false WHERE provisioned AND NOT (destination = ANY ($1::text[]))`,
      [destinations],
    );
  }

  /** A file may take over what was made by hand, never the other way round. */
  #guard(what: string, key: string, existing: { readonly provisioned: boolean } | null, origin: Origin): void {
    if (existing?.provisioned !== true || origin === 'file') return;
    const detail = `The ${what} of "${key}" is set in a configuration file and can be changed only there.`;
    throw new Problem(409, 'Comes from a configuration file', detail);
  }

  #settingsOf({ settings, secrets }: DestinationEntity): string {
    const opened: unknown = secrets === '' ? {} : JSON.parse(this.box.open(secrets));
    return canonical({ ...settings, ...(typeof opened === 'object' ? opened : {}) });
  }

  /** Compared by PostgreSQL: jsonb knows neither order of keys nor spaces. */
  async #same(manager: EntityManager, { destination, version }: MappingEntity, mapping: Mapping): Promise<boolean> {
    const rows = await manager.query<{ same: boolean }[]>(
      `SELECT definition = $3::jsonb AS same FROM mappings WHERE destination = $1 AND version = $2`,
      [destination, version, JSON.stringify(mapping)],
    );
    return rows[0]?.same === true;
  }
}

const canonical = (settings: object): string =>
  JSON.stringify(Object.entries(settings).sort(([left], [right]) => (left < right ? -1 : 1)));
