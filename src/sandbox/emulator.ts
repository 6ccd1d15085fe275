import type { FastifyInstance } from 'fastify';

/** The time inside a sandbox: real until somebody sets it; from then on it runs on from the moment that was set. */
export interface SandboxClock {
  now(): Date;
  set(to: Date | null): void;
}

export interface SandboxWorld {
  readonly clock: SandboxClock;
  /** Where this emulator is reached, for answers that hold links; without a trailing slash. */
  readonly origin: () => string;
  /** To be called when what the account holds has changed by another way than a request, so that it is kept. */
  readonly changed: () => void;
}

/** A small table for people who look at a sandbox in a browser: what the account holds now. */
export interface SandboxView {
  readonly title: string;
  /** Where the same can be looked at more closely; left out: nowhere. */
  readonly page?: { readonly path: string; readonly title: string };
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/**
 * One provider's API, faithfully imitated at the root of its own origin. What all sandboxes share (journal, faults, clock,
 * reset, state) lives in `sandbox-server.ts`; an emulator knows only its provider.
 */
export interface Emulator {
  readonly id: string;
  readonly title: string;
  /**
   * Adds the provider's own routes. Bodies arrive parsed: JSON as a value, forms as an object of strings, everything else as
   * a Buffer. A JSON body that does not parse reaches the route as an `UnparsableBody`, so the provider's own error can be played.
   */
  register(app: FastifyInstance): void;
  /** Back to an empty account. */
  reset(): void;
  /** Everything it holds, as JSON; `importState(exportState())` changes nothing. */
  exportState(): unknown;
  /** @throws ZodError when the state is not of the shape `exportState` gives */
  importState(state: unknown): void;
  /** Rate limits on or off, and which of the provider's tiers; off until switched on. @throws Error naming the tiers it knows */
  setLimits(limits: { readonly enabled: boolean; readonly tier?: string | undefined }): void;
  views(): readonly SandboxView[];
  /**
   * Opens the server of another protocol by which this provider is reached, beside the pages; left out: HTTP is all it speaks.
   *
   * @param port 0: any that is free
   * @returns the port it listens on
   */
  listen?(host: string, port: number): Promise<number>;
  /** Ends what it does on its own: webhooks it still wants to send, jobs it still works on, a server it has opened. */
  close?(): Promise<void>;
}

/** Stands in for a JSON body that could not be parsed. */
export class UnparsableBody {
  constructor(
    readonly text: string,
    readonly reason: string,
  ) {}
}
