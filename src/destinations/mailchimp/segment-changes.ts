import { DeliveryError } from '../delivery-error.js';
import type { Segment } from './answers.js';
import { isNotFound } from './api.js';
import type { AudienceClient } from './audience-client.js';
import type { MemberCalls } from './member-calls.js';
import { Turns } from './turns.js';

/** Somebody is to be in a static segment, or not any more. */
export interface SegmentChange {
  readonly profileId: string;
  readonly email: string;
  readonly segment: string;
  readonly isIn: boolean;
}

/** What a call takes at most, each way. */
const mostAddresses = 500;

/**
 * Static segments of the audience, by name; tags are static segments too, so both are changed here, 500 contacts in one call. Names are
 * compared without regard to case, as Mailchimp does.
 */
export class SegmentChanges {
  #segments: Promise<Map<string, Segment>> | null = null;
  readonly #turns = new Turns();

  constructor(
    private readonly audience: AudienceClient,
    private readonly client: Pick<MemberCalls, 'changeSegment'>,
  ) {}

  /** @returns the profiles whose change failed, each with its reason; everybody else is as asked for */
  async carryOut(changes: readonly SegmentChange[]): Promise<ReadonlyMap<string, DeliveryError>> {
    const failures = new Map<string, DeliveryError>();
    for (const [name, all] of Map.groupBy(changes, ({ segment }) => segment.toLowerCase())) {
      const adds = all.filter(({ isIn }) => isIn);
      const removes = all.filter(({ isIn }) => !isIn);
      const [first] = adds;
      for (let from = 0; from < Math.max(adds.length, removes.length); from += mostAddresses) {
        const chunk = [adds, removes].map((part) => part.slice(from, from + mostAddresses));
        const [add = [], remove = []] = chunk.map((part) => part.map(({ email }) => email));
        try {
          await this.#change(first?.segment ?? null, name, add, remove);
        } catch (error) {
          if (!(error instanceof DeliveryError)) throw error;
          for (const { profileId } of chunk.flat()) failures.set(profileId, error);
        }
      }
    }
    return failures;
  }

  /** @returns null when the audience has none of this name */
  async find(name: string): Promise<Segment | null> {
    const key = name.toLowerCase();
    // Somebody, or a batch's tags, may have made it since we looked.
    return (await this.#known(false)).get(key) ?? (await this.#known(true)).get(key) ?? null;
  }

  /** @param made as it is to be called when it has to be made; null: nobody is in one that is not there */
  async #change(made: string | null, name: string, add: readonly string[], remove: readonly string[]): Promise<void> {
    const segment = made === null ? await this.find(name) : await this.#turns.take(() => this.#findOrMake(made));
    if (segment === null) return;
    try {
      await this.client.changeSegment(segment.id, add, remove);
    } catch (error) {
      if (!isNotFound(error)) throw error;
      // It was deleted there: looked for again, and made again, at the next attempt.
      this.#segments = null;
      throw new DeliveryError('transient', `The static segment "${segment.name}" is gone`, {
        code: 'segment_gone',
        recordOnly: true,
      });
    }
  }

  async #findOrMake(name: string): Promise<Segment> {
    const found = await this.find(name);
    if (found !== null) return found;
    const made = await this.audience.addSegment(name);
    (await this.#known(false)).set(name.toLowerCase(), made);
    return made;
  }

  async #known(anew: boolean): Promise<Map<string, Segment>> {
    if (this.#segments === null || anew)
      this.#segments = this.audience
        .staticSegments()
        .then((all) => new Map(all.map((segment) => [segment.name.toLowerCase(), segment])));
    try {
      return await this.#segments;
    } catch (error) {
      this.#segments = null;
      throw error;
    }
  }
}
