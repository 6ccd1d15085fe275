import { DeliveryError } from '../delivery-error.js';
import { count, type Headers } from './usage.js';

/** What an answer says of the calls in the interval. */
interface Told {
  readonly allowed: number;
  readonly remaining: number;
  readonly perMs: number;
}

/**
 * Holds back when HubSpot allows fewer calls than the settings' edition stands for: the gate, which counts by the edition, would let too many
 * through. Otherwise it does nothing. Calls of search are not counted here.
 *
 * @see https://developers.hubspot.com/docs/developer-tooling/platform/usage-guidelines
 */
export class BurstBrake {
  #told: Told | null = null;
  #underWay = 0;
  /** When our last calls ended, oldest first: HubSpot had counted each before. */
  #ended: number[] = [];
  /** Calls that HubSpot counts no more since it was last heard. */
  #freed = 0;

  constructor(
    private readonly declared: number,
    private readonly now: () => Date,
  ) {}

  /** Calls in the interval as HubSpot allows them; null: no answer has said yet. */
  get allowed(): number | null {
    return this.#told?.allowed ?? null;
  }

  /** @throws DeliveryError `throttled` when the call would be refused */
  begin(): void {
    const told = this.#told;
    if (told !== null && told.allowed < this.declared) {
      const nowMs = this.now().getTime();
      this.#forget(nowMs - told.perMs);
      if (told.remaining + this.#freed <= this.#underWay)
        throw tooMany(told, this.declared, (this.#ended[0] ?? nowMs) + told.perMs - nowMs);
    }
    this.#underWay += 1;
  }

  end(): void {
    this.#underWay -= 1;
    this.#ended.push(this.now().getTime());
    if (this.#ended.length > this.declared) this.#ended.shift();
  }

  #forget(beforeMs: number): void {
    const { length } = this.#ended;
    this.#ended = this.#ended.filter((endedMs) => endedMs > beforeMs);
    this.#freed += length - this.#ended.length;
  }

  heard(headers: Headers): void {
    const allowed = count(headers['x-hubspot-ratelimit-max']);
    const remaining = count(headers['x-hubspot-ratelimit-remaining']);
    const perMs = count(headers['x-hubspot-ratelimit-interval-milliseconds']);
    if (allowed === null || remaining === null || perMs === null) return;
    this.#told = { allowed, remaining, perMs };
    this.#freed = 0;
  }
}

const tooMany = ({ allowed }: Told, declared: number, retryAfterMs: number): DeliveryError =>
  new DeliveryError(
    'throttled',
    `HubSpot allows ${String(allowed)} calls in ten seconds, and the edition in the settings stands for ${String(declared)}`,
    { code: 'BURST_LIMIT', retryAfterMs },
  );
