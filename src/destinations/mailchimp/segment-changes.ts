import { DeliveryError } from '../delivery-error.js';
import type { Segment } from './answers.js';
import type { AudienceClient } from './audience-client.js';
import type { MemberCalls } from './member-calls.js';

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
          const segment = first === undefined ? await this.find(name) : await this.findOrMake(first.segment);
          // Nobody can be in a segment that is not there.
          if (segment !== null) await this.client.changeSegment(segment.id, add, remove);
        } catch (error) {
          if (!(error instanceof DeliveryError)) throw error;
          for (const { profileId } of chunk.flat()) failures.set(profileId, error);
        }
      }
    }
    return failures;
  }

  async find(name: string): Promise<Segment | null> {
    return (await this.#known(false)).get(name.toLowerCase()) ?? null;
  }

  async findOrMake(name: string): Promise<Segment> {
    // Somebody may have made it since we looked.
    const found = (await this.find(name)) ?? (await this.#known(true)).get(name.toLowerCase());
    if (found !== undefined) return found;
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
