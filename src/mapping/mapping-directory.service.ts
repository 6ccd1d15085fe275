import { Injectable, Logger } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { z } from 'zod';
import { ConfigurationRevision } from '../database/configuration-revision.service.js';
import type { Destination } from '../destinations/destination.js';
import { destinations as providers } from '../destinations/registry.js';
import { SecretBox } from '../security/secret-box.js';
import { DestinationEntity } from './destination.entity.js';
import { keepsRecords, noMapping } from './keeps-records.js';
import { interestOf, type Mapping, type MappingInterest, mappingSchema } from './mapping.js';
import { type PullSettings, pullSettings } from './pull-settings.js';

/** A destination that can be connected to. */
export interface ConnectedDestination {
  readonly destination: string;
  readonly provider: Destination;
  /** Checked by the provider's schema, secrets included: never to be logged. */
  readonly settings: unknown;
  /** How its history is read. */
  readonly pulls: PullSettings;
}

/** A destination that wants to know of changes. */
export interface InterestedDestination {
  readonly destination: string;
  readonly interest: MappingInterest;
}

/** A chat platform that is source and destination: what we write to its contacts comes back with what they say. */
export interface WayBack {
  /** Key of the source. */
  readonly source: string;
  /** Of the ids by which the destination finds its contacts. */
  readonly namespace: string;
  readonly back: ActiveDestination;
}

/** A destination that is ready to be delivered to: it has a mapping, or needs none because it only acts. */
export interface ActiveDestination extends ConnectedDestination {
  readonly mapping: Mapping;
  readonly mappingVersion: number;
  readonly interest: MappingInterest;
}

interface Row extends Pick<DestinationEntity, 'key' | 'provider' | 'settings' | 'secrets' | 'pulls'> {
  /** null: it has no mapping yet. */
  readonly version: number | null;
  readonly definition: unknown;
}

const currentMappings = `
  SELECT d.key, d.provider, d.settings, d.secrets, d.pulls, m.version, m.definition
  FROM destinations d
  LEFT JOIN LATERAL (SELECT version, definition FROM mappings WHERE destination = d.key ORDER BY version DESC LIMIT 1) m ON true
  WHERE d.enabled ORDER BY d.key`;

/** With the provider's own options completed by their defaults; ones it does not know (any more) are left as they are. */
export function completed(provider: Pick<Destination, 'mappingOptions'> | undefined, mapping: Mapping): Mapping {
  const options = provider?.mappingOptions?.safeParse(mapping.options);
  return options?.success === true ? { ...mapping, options: options.data } : mapping;
}

/** The enabled destinations with their current mappings, kept in memory and read again when something changes. */
@Injectable()
export class MappingDirectory {
  readonly #log = new Logger(MappingDirectory.name);
  #connected: readonly ConnectedDestination[] = [];
  #interested: readonly InterestedDestination[] = [];
  #active: readonly ActiveDestination[] = [];
  #waysBack: readonly WayBack[] = [];

  constructor(
    private readonly dataSource: DataSource,
    private readonly revision: ConfigurationRevision,
    private readonly box: SecretBox,
  ) {}

  async onModuleInit(): Promise<void> {
    await this.revision.follow(() => this.#read());
  }

  /**
   * Enabled destinations with what their mappings look at. Also one whose settings cannot be used now: what happens meanwhile has to
   * reach it when they are mended.
   */
  interested(): readonly InterestedDestination[] {
    return this.#interested;
  }

  find(destination: string): ActiveDestination | undefined {
    return this.#active.find((candidate) => candidate.destination === destination);
  }

  /** As `find`, but only one that keeps records. */
  findKeeping(destination: string): ActiveDestination | undefined {
    const active = this.find(destination);
    return active !== undefined && keepsRecords(active.provider) ? active : undefined;
  }

  /** Those of the active ones that talk back, with the source they do it through. */
  waysBack(): readonly WayBack[] {
    return this.#waysBack;
  }

  /** All enabled destinations whose settings can be used, with or without a mapping. */
  connected(): readonly ConnectedDestination[] {
    return this.#connected;
  }

  findConnected(destination: string): ConnectedDestination | undefined {
    return this.#connected.find((candidate) => candidate.destination === destination);
  }

  /** The providers of all enabled destinations, by key, as a transaction sees them. */
  async providersIn(manager: EntityManager): Promise<ReadonlyMap<string, Destination>> {
    const rows = await manager.getRepository(DestinationEntity).findBy({ enabled: true });
    return new Map(
      rows.flatMap(({ key, provider: id }) => {
        const provider = providers.find((candidate) => candidate.id === id);
        return provider === undefined ? [] : [[key, provider] as const];
      }),
    );
  }

  async #read(): Promise<void> {
    const rows = await this.dataSource.query<Row[]>(currentMappings);
    const mapped = rows.map((row) => ({ row, connected: this.#open(row), mapping: this.#mappingOf(row) }));
    this.#connected = mapped.flatMap(({ connected }) => connected ?? []);
    this.#interested = mapped.flatMap(({ row, mapping }) =>
      mapping === null ? [] : { destination: row.key, interest: mapping.interest },
    );
    this.#active = mapped.flatMap(({ connected, mapping }) => {
      if (connected === null) return [];
      if (!keepsRecords(connected.provider)) return { ...connected, ...withoutRecords };
      return mapping === null ? [] : { ...connected, ...mapping };
    });
    this.#waysBack = this.#active.flatMap(wayBackOf);
  }

  #mappingOf({ key, provider: id, version, definition }: Row) {
    const provider = providers.find((candidate) => candidate.id === id);
    if (version === null || (provider !== undefined && !keepsRecords(provider))) return null;
    const mapping = mappingSchema.safeParse(definition);
    if (!mapping.success) {
      this.#log.error(`the mapping of ${key} cannot be used: ${z.prettifyError(mapping.error)}`);
      return null;
    }
    const interest = interestOf(mapping.data, (provider?.consents ?? []).length > 0);
    return { mapping: completed(provider, mapping.data), mappingVersion: version, interest };
  }

  #open(row: Row): ConnectedDestination | null {
    const provider = providers.find(({ id }) => id === row.provider);
    if (provider === undefined) {
      this.#log.error(`destination ${row.key}: this version of Parley knows no provider "${row.provider}"`);
      return null;
    }
    try {
      const secrets: unknown = row.secrets === '' ? {} : JSON.parse(this.box.open(row.secrets));
      const settings = provider.settings.parse({
        ...row.settings,
        ...z.record(z.string(), z.unknown()).parse(secrets),
      });
      return { destination: row.key, provider, settings, pulls: pullSettings.parse(row.pulls) };
    } catch (error) {
      const said =
        error instanceof z.ZodError ? z.prettifyError(error) : error instanceof Error ? error.message : String(error);
      this.#log.error(`destination ${row.key} cannot be used: ${said}`);
      return null;
    }
  }
}

const withoutRecords = { mapping: noMapping, mappingVersion: 0, interest: interestOf(noMapping, false) };

function wayBackOf(back: ActiveDestination): WayBack[] {
  const { from } = back.mapping.key;
  if (back.provider.talksBack !== true || !('identity' in from)) return [];
  const [source = ''] = from.identity.split('/');
  return [{ source, namespace: from.identity, back }];
}
