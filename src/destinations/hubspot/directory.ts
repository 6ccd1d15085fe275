import { DeliveryError } from '../delivery-error.js';
import { allOwners, allPipelines, type Owner, type Pipeline, type Stage } from './api/directory.js';
import { subscriptionTypes, type SubscriptionType } from './api/preferences.js';
import type { HubspotClient } from './client.js';
import { Memoized } from './memoized.js';

const maxAgeMs = 10 * 60_000;

const means = (meant: string, ...names: readonly string[]): boolean =>
  names.some((name) => name.toLowerCase() === meant.trim().toLowerCase());

const unknown = (what: string, meant: string, all: readonly string[]): DeliveryError =>
  new DeliveryError('rejected', `HubSpot has no ${what} "${meant}". There are: ${all.join(', ')}`, {
    code: 'UNKNOWN_CHOICE',
  });

/** What an account's people call by name and HubSpot by id: owners, pipelines with their stages, subscription types. */
export class Directory {
  readonly #owners: Memoized<readonly Owner[]>;
  readonly #pipelines: Readonly<Record<'deals' | 'tickets', Memoized<readonly Pipeline[]>>>;
  readonly #subscriptions: Memoized<readonly SubscriptionType[]>;

  constructor(client: HubspotClient, now: () => Date) {
    this.#owners = new Memoized(() => allOwners(client), maxAgeMs, now);
    this.#pipelines = {
      deals: new Memoized(() => allPipelines(client, 'deals'), maxAgeMs, now),
      tickets: new Memoized(() => allPipelines(client, 'tickets'), maxAgeMs, now),
    };
    this.#subscriptions = new Memoized(() => subscriptionTypes(client), maxAgeMs, now);
  }

  async owner(id: string): Promise<Owner | null> {
    return (await this.#owners.get()).find((owner) => owner.id === id) ?? null;
  }

  /** By e-mail address, name or id. @throws DeliveryError `rejected` */
  async ownerId(meant: string): Promise<string> {
    const owners = await this.#owners.get();
    const owner = owners.find(({ id, email, name }) => means(meant, id, email, name));
    if (owner === undefined)
      throw unknown(
        'owner',
        meant,
        owners.map(({ email }) => email),
      );
    return owner.id;
  }

  /** By name or id. @throws DeliveryError `rejected` */
  async dealStage(
    pipeline: string | null,
    stage: string,
  ): Promise<{ readonly pipeline: string; readonly stage: string }> {
    const pipelines = await this.#pipelines.deals.get();
    const [first] = pipelines;
    const found = pipeline === null ? first : pipelines.find(({ id, label }) => means(pipeline, id, label));
    if (found === undefined)
      throw unknown(
        'deal pipeline',
        pipeline ?? '',
        pipelines.map(({ label }) => label),
      );
    const wanted = found.stages.find(({ id, label }) => means(stage, id, label));
    if (wanted === undefined)
      throw unknown(
        `stage in the pipeline "${found.label}"`,
        stage,
        found.stages.map(({ label }) => label),
      );
    return { pipeline: found.id, stage: wanted.id };
  }

  /** null: HubSpot does not know it, any more. */
  async stage(object: 'deals' | 'tickets', stageId: string): Promise<Stage | null> {
    const pipelines = await this.#pipelines[object].get();
    return pipelines.flatMap(({ stages }) => stages).find(({ id }) => id === stageId) ?? null;
  }

  /** By name or id. @throws DeliveryError `rejected` */
  async subscriptionId(meant: string): Promise<string> {
    const types = await this.#subscriptions.get();
    const type = types.find(({ id, name }) => means(meant, id, name));
    if (type === undefined)
      throw unknown(
        'subscription type',
        meant,
        types.map(({ name }) => name),
      );
    return type.id;
  }
}
