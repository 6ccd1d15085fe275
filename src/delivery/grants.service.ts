import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { z } from 'zod';
import { type Now, NOW } from '../database/environment.js';
import type { Authorization, Grant, GrantKeeper } from '../destinations/authorization.js';
import { DeliveryError } from '../destinations/delivery-error.js';
import { SecretBox } from '../security/secret-box.js';
import { DestinationGrantEntity } from './destination-grant.entity.js';

/** Whose grant, and how its provider is asked for the next one. */
export interface GrantedAccount {
  readonly destination: string;
  readonly authorization: Authorization;
  readonly settings: unknown;
}

/** How an account's connection stands, for people. */
export interface GrantStanding {
  readonly connectedAt: Date;
  readonly expiresAt: Date | null;
  /** Why a person has to connect it again; null: nobody has to. */
  readonly refusedReason: string | null;
  readonly details: Readonly<Record<string, string>>;
}

/** A grant that runs out sooner than this is refreshed first; a minute of it is promised to connectors. */
const refreshBeforeMs = 120_000;
const promisedMs = 60_000;
/** So long a process believes what it has read: an account may have been connected anew elsewhere. */
const rereadAfterMs = 10_000;
/** The grant stays locked while the provider is asked, so that has to end. */
const askedAtMostMs = 30_000;

const sealedGrant = z.object({
  accessToken: z.string(),
  refreshToken: z.string().nullable(),
  expiresAt: z.iso
    .datetime()
    .transform((text) => new Date(text))
    .nullable(),
  details: z.record(z.string(), z.string()),
});

/** What a look at the stored grant, alone with it, came to. */
type Looked = { readonly grant: Grant } | { readonly error: DeliveryError };

/** Keeps what providers have granted us: sealed in PostgreSQL, refreshed before it runs out, by one process at a time. */
@Injectable()
export class Grants {
  readonly #known = new Map<string, { readonly grant: Grant; readonly readAtMs: number }>();
  readonly #details = new Map<string, { readonly details: Grant['details'] | null; readonly readAtMs: number }>();
  /** Per destination, ends when the last one of this process that asked has its answer. */
  readonly #turns = new Map<string, Promise<unknown>>();

  constructor(
    private readonly dataSource: DataSource,
    private readonly box: SecretBox,
    @Inject(NOW) private readonly now: Now,
  ) {}

  keeper(account: GrantedAccount): GrantKeeper {
    return {
      current: () => this.#find(account, () => true),
      renew: (refused) => this.#find(account, (grant) => grant.accessToken !== refused.accessToken),
    };
  }

  /** A person has connected the account: this is its grant from now on, whatever was there before. */
  async save(destination: string, grant: Grant): Promise<void> {
    await this.dataSource.query(
      `INSERT INTO destination_grants AS known (destination, sealed, revision, expires_at, updated_at) VALUES ($1, $2, 1, $3, $4)
       ON CONFLICT (destination) DO UPDATE SET
         sealed = $2, revision = known.revision + 1, expires_at = $3, refused_reason = NULL, updated_at = $4`,
      [destination, this.#seal(grant), grant.expiresAt, this.now()],
    );
    this.#known.delete(destination);
    this.#details.delete(destination);
  }

  /** null: nobody has connected it yet. */
  async standing(destination: string): Promise<GrantStanding | null> {
    const row = await this.dataSource.getRepository(DestinationGrantEntity).findOneBy({ destination });
    if (row === null) return null;
    const { details } = this.#open(row.sealed);
    return { connectedAt: row.updated_at, expiresAt: row.expires_at, refusedReason: row.refused_reason, details };
  }

  /** What the provider said of the connected account, some seconds old at most; null: nobody has connected it yet. */
  async details(destination: string): Promise<Grant['details'] | null> {
    const known = this.#details.get(destination);
    if (known !== undefined && performance.now() - known.readAtMs <= rereadAfterMs) return known.details;
    const details = (await this.standing(destination))?.details ?? null;
    this.#details.set(destination, { details, readAtMs: performance.now() });
    return details;
  }

  async #find(account: GrantedAccount, isWanted: (grant: Grant) => boolean): Promise<Grant> {
    const { destination } = account;
    const known = this.#fromMemory(destination, isWanted);
    if (known !== null) return known;
    const before = this.#turns.get(destination) ?? Promise.resolve();
    const turn = before
      .catch(() => undefined)
      .then(() => this.#fromMemory(destination, isWanted) ?? this.#fromStore(account, isWanted));
    this.#turns.set(destination, turn);
    return turn;
  }

  #fromMemory(destination: string, isWanted: (grant: Grant) => boolean): Grant | null {
    const known = this.#known.get(destination);
    if (known === undefined || performance.now() - known.readAtMs > rereadAfterMs) return null;
    return isWanted(known.grant) && this.#lasts(known.grant, refreshBeforeMs) ? known.grant : null;
  }

  async #fromStore(account: GrantedAccount, isWanted: (grant: Grant) => boolean): Promise<Grant> {
    const looked = await this.dataSource.transaction((manager) => this.#look(manager, account, isWanted));
    if ('error' in looked) {
      this.#known.delete(account.destination);
      throw looked.error;
    }
    this.#known.set(account.destination, { grant: looked.grant, readAtMs: performance.now() });
    return looked.grant;
  }

  /** Whoever comes first has the row locked; the others wait, and find what it got. A refusal is noted, so it must not roll back. */
  async #look(manager: EntityManager, account: GrantedAccount, isWanted: (grant: Grant) => boolean): Promise<Looked> {
    const { destination } = account;
    const row = await manager
      .getRepository(DestinationGrantEntity)
      .findOne({ where: { destination }, lock: { mode: 'pessimistic_write' } });
    if (row === null) return { error: needsPerson(destination, 'The account is not connected yet.') };
    if (row.refused_reason !== null) return { error: needsPerson(destination, row.refused_reason) };
    const grant = this.#open(row.sealed);
    if (isWanted(grant) && this.#lasts(grant, refreshBeforeMs)) return { grant };
    try {
      const next = await this.#refresh(account, grant);
      await manager.query(
        `UPDATE destination_grants SET sealed = $2, revision = revision + 1, expires_at = $3, updated_at = $4 WHERE destination = $1`,
        [destination, this.#seal(next), next.expiresAt, this.now()],
      );
      return { grant: next };
    } catch (error) {
      if (!(error instanceof DeliveryError)) throw error;
      // It still lasts as long as we promise: good enough until the provider can be asked again.
      if (error.kind !== 'unauthorized')
        return isWanted(grant) && this.#lasts(grant, promisedMs) ? { grant } : { error };
      await manager.query('UPDATE destination_grants SET refused_reason = $2, updated_at = $3 WHERE destination = $1', [
        destination,
        error.message,
        this.now(),
      ]);
      return { error: needsPerson(destination, error.message) };
    }
  }

  async #refresh({ authorization, settings }: GrantedAccount, grant: Grant): Promise<Grant> {
    if (grant.refreshToken === null)
      throw new DeliveryError('unauthorized', 'What the provider granted has run out, and it cannot be refreshed.');
    let timer: NodeJS.Timeout | undefined;
    const tooLate = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(
        () => reject(new DeliveryError('transient', 'the provider did not refresh the grant in time')),
        askedAtMostMs,
      );
    });
    try {
      return await Promise.race([authorization.refresh(settings, grant, this.now()), tooLate]);
    } finally {
      clearTimeout(timer);
    }
  }

  #lasts({ expiresAt }: Grant, ms: number): boolean {
    return expiresAt === null || expiresAt.getTime() - this.now().getTime() > ms;
  }

  #seal(grant: Grant): string {
    return this.box.seal(JSON.stringify(grant));
  }

  #open(sealed: string): Grant {
    return sealedGrant.parse(JSON.parse(this.box.open(sealed)));
  }
}

const needsPerson = (destination: string, reason: string): DeliveryError =>
  new DeliveryError(
    'unauthorized',
    `${reason} It needs a person: connect the account of "${destination}" (POST /api/destinations/${destination}/connect).`,
    { code: 'NOT_CONNECTED' },
  );
