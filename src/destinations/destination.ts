import type { z } from 'zod';
import type { Purpose } from '../consent/consent.js';
import type {
  ActionDeclaration,
  ActionLookUp,
  ActionRequest,
  ActionResult,
  HandOffRequest,
  NoticeRequest,
  Offer,
} from './action.js';
import type { Authorization, GrantKeeper } from './authorization.js';
import type { Json } from './json.js';
import type { ProviderWebhooks } from './provider-webhooks.js';
import type {
  ErasedRecord,
  EraseResult,
  PrepareReport,
  PrepareRequest,
  RecordPreview,
  RecordResult,
  RemoteField,
  UpsertRequest,
  WriteTarget,
} from './record.js';
import type { DerivedAttribute, HistoryStream, PullPage, PullRequest, RemoteFact } from './remote-fact.js';

export type { Json } from './json.js';
export type * from './record.js';

/** At most `calls` requests in any `perMs` milliseconds, counted per destination. */
export interface RateLimit {
  readonly calls: number;
  readonly perMs: number;
  /** `default`, unless a call names another; calls of another lane do not count, for example HubSpot's `search`. */
  readonly lane: string;
}

export interface DestinationLimits {
  /** Records that one `upsert` gets at most. */
  readonly batchSize: number;
  /** Requests under way at once. */
  readonly parallelCalls: number;
  readonly rates: readonly RateLimit[];
  /** No answer after this long: the request is given up. */
  readonly timeoutMs: number;
  /** Shares (0 to 1) of the daily allowance that are left alone; left out: nothing is kept. Needs `reportUsage`. */
  readonly daily?: {
    /** For the account's other users: nothing of ours touches it. */
    readonly keptForOthers: number;
    /** Beyond that, for sync and actions: enrichment gives way earlier. */
    readonly keptForSync: number;
  };
}

/** One HTTP request a connector is about to make. */
export interface CallDescription {
  /** Stable name for metrics and the delivery log, for example `contacts.batchUpsert`. */
  readonly operation: string;
  readonly lane?: string;
  /** Records it carries, for the delivery log. */
  readonly records?: number;
  /** May it be made again when no answer came? Then a time-out is `transient`, otherwise `unknown`. */
  readonly repeatable: boolean;
}

/**
 * The one gate every request of a connector goes through: keeps the limits, the time-out and the number of requests at
 * once, and counts the request. `send` must turn everything the SDK throws into a `DeliveryError`.
 *
 * @throws DeliveryError whatever `send` throws, or `transient`/`unknown` when no answer came in time
 */
export type CallGate = <T>(call: CallDescription, send: (signal: AbortSignal) => Promise<T>) => Promise<T>;

/** How much of an account's daily allowance is used, as the provider's last answer said. */
export interface UsageReport {
  readonly limit: number;
  readonly remaining: number;
  /** null: the provider does not say. */
  readonly resetsAt: Date | null;
}

/**
 * A few facts a connector wants to find again after a restart and from other processes, for example the id of a list it made or of a bulk
 * job under way. Not for secrets and not per record (that is the record's memo).
 */
export interface ConnectionMemory {
  get(name: string): Promise<Json>;
  /** null forgets it. */
  set(name: string, value: Json): Promise<void>;
}

export interface ConnectionContext {
  readonly call: CallGate;
  readonly now: () => Date;
  /** The account's grant; null: the settings hold a key instead. */
  readonly grants: GrantKeeper | null;
  readonly memory: ConnectionMemory;
  /** To be called with what the provider's answers say of the daily allowance: enrichment gives way to sync by it. */
  readonly reportUsage: (usage: UsageReport) => void;
}

/** What the account is to be good for. */
export interface CheckRequest {
  /** The present mapping's target and the fields it writes; null: there is no mapping yet. */
  readonly mapping: (WriteTarget & { readonly fields: readonly string[] }) | null;
}

/** What a look at the account showed. `problems` are sentences for an admin; none means ready. */
export interface ConnectionCheck {
  /** Whose account it is, for people: a portal id, an org's name, an audience's name. */
  readonly account: string;
  readonly problems: readonly string[];
  /** What else an admin wants to know, by name: API version, calls left today, plan. */
  readonly details?: Readonly<Record<string, string>>;
  /** Scopes or permissions that are missing, and what cannot be done without each. */
  readonly missing?: readonly { readonly scope: string; readonly neededFor: string }[];
}

/** An open connection to one account. Holds credentials; never logs them. */
export interface Connection {
  /** Looks at the account with the least possible calls. @throws DeliveryError `unauthorized` if it does not let us in */
  check(request: CheckRequest): Promise<ConnectionCheck>;
  /** The fields of one object, as they are now; those of related objects with their path. */
  fields(object: string): Promise<readonly RemoteField[]>;
  /**
   * Creates or updates records, in as few requests as the provider allows.
   *
   * @returns one result per record, in any order; a bad record never takes its neighbours along
   * @throws DeliveryError only when one reason stopped the whole request (no answer, limit, credentials)
   */
  upsert(request: UpsertRequest): Promise<readonly RecordResult[]>;
  /** What `upsert` would do with these few records now. Reads, never writes. */
  preview?(request: UpsertRequest): Promise<readonly RecordPreview[]>;
  /** As `upsert`, through the provider's way for very many records; used from the declared `bulk.from` on. May take minutes. */
  upsertMany?(request: UpsertRequest): Promise<readonly RecordResult[]>;
  /** Creates what the mapping names and the account lacks, as far as `create` allows. Called before a new mapping version is first used. */
  prepare?(request: PrepareRequest): Promise<PrepareReport>;
  /** Performs one of the declared `actions`. Results and errors as in `upsert`. */
  perform?(action: string, requests: readonly ActionRequest[]): Promise<readonly ActionResult[]>;
  /** Whether these runs, whose calls got no answer, have happened; for actions whose nature is `checkable`. */
  lookUp?(action: string, requests: readonly ActionRequest[]): Promise<readonly ActionLookUp[]>;
  /** One page of one of the declared `history` streams. */
  pull?(request: PullRequest): Promise<PullPage>;
  /** Listens to changes as they happen, until `signal` aborts; each call of `heard` is awaited. For providers that stream. */
  follow?(heard: (facts: readonly RemoteFact[]) => Promise<void>, signal: AbortSignal): Promise<void>;
  /** Deletes people for good. Results and errors as in `upsert`. */
  erase?(object: string, records: readonly ErasedRecord[]): Promise<readonly EraseResult[]>;
  /** Gives back what it holds open, once it is not used any more. */
  close?(): Promise<void>;
}

/** One provider: everything that differs between providers is declared here as data. One line in `registry.ts`. */
export interface Destination<Settings = unknown> {
  readonly id: string;
  readonly title: string;
  /** Checks the settings and draws their form; secrets included. */
  readonly settings: z.ZodType<Settings>;
  /** Names of the settings that are secrets: encrypted at rest, never shown again. */
  readonly secrets: readonly string[];
  /** Kinds of record a mapping may write to, the usual one first. None: it keeps nobody, has no mapping, and only acts. */
  readonly objects: readonly string[];
  /** Consents that decide what the provider's record looks like, so a change of one is news; left out: none. */
  readonly consents?: readonly Purpose[];
  /** What a mapping may choose beyond its fields, for example how tags are kept; checked, and completed with defaults, when it is saved. */
  readonly mappingOptions?: z.ZodType<Json>;
  /**
   * A chat platform from behind: what is written there comes back with what its contacts say, through the source whose ids are the
   * mapping's key, and is then no news.
   */
  readonly talksBack?: true;
  /** The destination has lists that records can be put into, and what they are called there; left out: it has none. */
  readonly lists?: string;
  readonly actions?: readonly ActionDeclaration[];
  /** How a person takes over there; left out: nobody can. */
  readonly handOff?: Offer<HandOffRequest>;
  /** How colleagues are told something by it; left out: they cannot. */
  readonly notice?: Offer<NoticeRequest>;
  readonly history?: readonly HistoryStream[];
  readonly derives?: readonly DerivedAttribute[];
  readonly webhooks?: ProviderWebhooks<Settings>;
  readonly authorization?: Authorization<Settings>;
  /** It can forget people, and what that means there and forbids later: shown before it is done. */
  readonly erasure?: string;
  /** From so many due records on they go through `upsertMany`, at most `atMost` at once. */
  readonly bulk?: { readonly from: number; readonly atMost: number };
  limits(settings: Settings): DestinationLimits;
  connect(settings: Settings, context: ConnectionContext): Connection;
}
