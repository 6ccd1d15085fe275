import { Inject, Injectable, Logger } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { z } from 'zod';
import type { Environment } from '../../config/env.js';
import { ConfigurationRevision } from '../database/configuration-revision.service.js';
import { ENVIRONMENT } from '../database/environment.js';
import { MappingDirectory } from '../mapping/mapping-directory.service.js';
import { EventQueries } from '../segments/event-query.js';
import { SegmentFollowers } from '../segments/segment-followers.service.js';
import { SegmentDirectory } from '../segments/segment-directory.service.js';
import { activate, type ActiveTrigger, type TriggerSurroundings } from './active-trigger.js';
import { type ContactPolicy, contactPolicySchema, openPolicy } from './definition/contact-policy.js';
import { type Trigger, triggerSchema } from './definition/trigger.js';
import { isFollowed, type TriggerSet, triggerSet } from './trigger-set.js';

interface VersionRow {
  readonly key: string;
  readonly title: string;
  readonly version: number;
  readonly definition: unknown;
  readonly isCurrent: boolean;
  readonly enabled: boolean;
}

/** The current versions, and those that runs are still in. Index: trigger_runs_open_trigger_idx. */
const versionsInUse = `
  SELECT t.key, t.title, v.version, v.definition, v.version = t.version AS "isCurrent", t.enabled
  FROM triggers t JOIN trigger_versions v ON v.trigger = t.key
  WHERE v.version = t.version
    OR EXISTS (SELECT FROM trigger_runs r WHERE r.trigger = v.trigger AND r.version = v.version AND r.finished_at IS NULL)
  ORDER BY t.key, v.version`;

/** Triggers and the contact policy, compiled, kept in memory and read again when something changes. */
@Injectable()
export class TriggerDirectory {
  readonly #log = new Logger(TriggerDirectory.name);
  #set: TriggerSet = triggerSet([], new Map(), new EventQueries(), new Map());
  #policy: ContactPolicy = openPolicy;

  constructor(
    private readonly dataSource: DataSource,
    private readonly revision: ConfigurationRevision,
    private readonly segments: SegmentDirectory,
    private readonly mappings: MappingDirectory,
    private readonly followers: SegmentFollowers,
    @Inject(ENVIRONMENT) private readonly environment: Environment,
  ) {}

  /** After the mappings, whose destinations it needs: they follow the revision since before, as their module is one of ours. */
  async onModuleInit(): Promise<void> {
    this.followers.add((segment) => isFollowed(this.#set, segment));
    await this.revision.follow(() => this.#read());
  }

  get current(): TriggerSet {
    return this.#set;
  }

  get policy(): ContactPolicy {
    return this.#policy;
  }

  /** The zone of triggers that name none, and of people whose own is not known. */
  get timeZone(): string {
    return this.environment.TIME_ZONE;
  }

  /** A definition that is not saved, for checks and dry runs, with its own event queries. */
  trial(
    key: string,
    title: string,
    definition: Trigger,
  ): { readonly trigger: ActiveTrigger; readonly set: TriggerSet } {
    const surroundings = this.#surroundings(new EventQueries());
    const trigger = activate({ key, title, version: 0 }, definition, surroundings);
    const set = triggerSet([trigger], new Map([[key, 0]]), surroundings.queries, surroundings.catalog);
    return { trigger, set };
  }

  async #read(): Promise<void> {
    const rows = await this.dataSource.query<VersionRow[]>(versionsInUse);
    const surroundings = this.#surroundings(new EventQueries());
    const versions = rows.flatMap((row) => this.#activate(row, surroundings) ?? []);
    const current = new Map(
      rows.flatMap(({ key, version, isCurrent, enabled }) => (isCurrent && enabled ? [[key, version] as const] : [])),
    );
    this.#set = triggerSet(versions, current, surroundings.queries, surroundings.catalog);
    this.#policy = await this.#readPolicy();
  }

  #activate({ key, title, version, definition }: VersionRow, surroundings: TriggerSurroundings): ActiveTrigger | null {
    const read = triggerSchema.safeParse(definition);
    if (!read.success) {
      this.#log.error(`the trigger ${key} cannot be used: ${z.prettifyError(read.error)}`);
      return null;
    }
    return activate({ key, title, version }, read.data, surroundings);
  }

  async #readPolicy(): Promise<ContactPolicy> {
    const [row] = await this.dataSource.query<{ definition: unknown }[]>('SELECT definition FROM contact_policy');
    if (row === undefined) return openPolicy;
    const read = contactPolicySchema.safeParse(row.definition);
    if (read.success) return read.data;
    this.#log.error(`the contact policy cannot be used: ${z.prettifyError(read.error)}`);
    return openPolicy;
  }

  #surroundings(queries: EventQueries): TriggerSurroundings {
    return {
      queries,
      timeZone: this.timeZone,
      thresholds: this.segments.thresholds,
      catalog: new Map(this.mappings.connected().map(({ destination, provider }) => [destination, provider])),
    };
  }
}
