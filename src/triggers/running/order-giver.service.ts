import { Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import type { PlannedRun } from '../../delivery/action-runs.repository.js';
import { Events, type TranscriptLine } from '../../events/events.repository.js';
import { readerOf } from '../../personalization/reader.js';
import { channelOf } from '../catalog.js';
import type { Order } from '../journey/program.js';
import type { Advance } from '../journey/run-facts.js';
import type { ClaimedRun } from './claimed-runs.js';
import type { RunCase, Surroundings } from './gather-facts.js';
import { renderOrder } from './render-order.js';
import { templateData } from './template-data.js';
import type { NewTouch } from './touches.js';

/** A run under way together with what its orders are filled in with. */
export type FullCase = RunCase & { readonly run: Pick<ClaimedRun, 'context'> };

/** What an order came to. */
export interface GivenOrder {
  /** null: it could not be given. */
  readonly run: PlannedRun | null;
  readonly touch: NewTouch | null;
  readonly to: Advance;
}

/** Fills orders in for a person, as runs that delivery performs. */
@Injectable()
export class OrderGiver {
  constructor(private readonly events: Events) {}

  /** What cannot be filled in ends the trigger run. */
  async give(one: FullCase, order: Order, to: Advance, surroundings: Surroundings, now: Date): Promise<GivenOrder> {
    const { run, trigger, profile } = one;
    const { set, timeZone } = surroundings;
    const subject = {
      profile,
      data: templateData(profile, run.context, trigger),
      reader: readerOf(profile.attributes, { locale: 'en', timeZone }),
      transcript: await this.#transcript(order, profile.id),
    };
    try {
      const rendered = renderOrder(order, subject, set.catalog);
      if (rendered === null) return failed(to, 'DESTINATION_GONE', 'its destination is not there, or cannot do it');
      const channel = channelOf(order, set.catalog);
      const common = { id: uuidv7(), profileId: profile.id };
      return {
        to,
        touch:
          channel === null
            ? null
            : { actionRun: common.id, profileId: profile.id, channel, trigger: trigger.key, at: now },
        run: {
          ...common,
          ...rendered,
          origin: `trigger/${trigger.key}`,
          cause: `${run.id}/${to.step ?? ''}`,
          dueAt: now,
          usefulUntil: new Date(to.stepAtMs + trigger.usefulForMs),
        },
      };
    } catch (error) {
      const said = error instanceof Error ? error.message : String(error);
      return failed(to, 'TEMPLATE', `its input cannot be filled in: ${said}`);
    }
  }

  async #transcript(order: Order, profileId: string): Promise<readonly TranscriptLine[]> {
    if ('action' in order) return [];
    const { transcript } = 'handOff' in order ? order.handOff : order.notice;
    return transcript === 0 ? [] : this.events.transcript(profileId, transcript);
  }
}

const failed = ({ step, stepAtMs, passed }: Advance, code: string, reason: string): GivenOrder => ({
  run: null,
  touch: null,
  to: { status: 'failed', step, stepAtMs, code, reason, passed },
});
