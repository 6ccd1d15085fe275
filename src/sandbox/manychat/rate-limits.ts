import type { SandboxClock } from '../emulator.js';
import { problems } from './problem.js';

/** Calls per second and endpoint; what is not named has ten. @see https://api.manychat.com/swagger */
const perSecond: Readonly<Record<string, number>> = {
  '/fb/page/getInfo': 100,
  '/fb/page/getTags': 100,
  '/fb/page/getCustomFields': 100,
  '/fb/subscriber/findBySystemField': 50,
  '/fb/sending/sendFlow': 20,
  '/fb/sending/sendContent': 25,
};
const flowsPerHour = 100;

/** Counts each endpoint on its own while switched on. */
export class RateLimits {
  #enabled = false;
  readonly #recent = new Map<string, number[]>();

  constructor(private readonly clock: SandboxClock) {}

  set(enabled: boolean): void {
    this.#enabled = enabled;
    this.#recent.clear();
  }

  /** @throws Problem 429 */
  count(endpoint: string): void {
    this.#take(endpoint, 1_000, perSecond[endpoint] ?? 10);
  }

  /** One contact is not to be flooded. @throws Problem 429 */
  countFlow(subscriberId: string): void {
    this.#take(`flow/${subscriberId}`, 3_600_000, flowsPerHour);
  }

  #take(name: string, windowMs: number, most: number): void {
    if (!this.#enabled) return;
    const nowMs = this.clock.now().getTime();
    const recent = (this.#recent.get(name) ?? []).filter((atMs) => atMs > nowMs - windowMs);
    if (recent.length >= most) throw problems.tooManyRequests();
    this.#recent.set(name, [...recent, nowMs]);
  }
}
