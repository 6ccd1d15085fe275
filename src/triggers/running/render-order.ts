import type { Json } from '../../destinations/json.js';
import { fillJson, type TemplateData } from '../../personalization/fill-json.js';
import type { Reader } from '../../personalization/reader.js';
import { fillIn } from '../../personalization/template.js';
import type { TranscriptLine } from '../../events/events.repository.js';
import type { Profile } from '../../profiles/profile.js';
import type { HandOff } from '../definition/step.js';
import { type Catalog, destinationOf } from '../catalog.js';
import type { Order } from '../journey/program.js';
import { handOffText } from './hand-off-text.js';

/** An order as a destination gets it. */
export interface RenderedOrder {
  readonly destination: string;
  readonly action: string;
  readonly input: Json;
}

export interface RenderSubject {
  readonly profile: Pick<Profile, 'attributes' | 'tags'>;
  readonly data: TemplateData;
  readonly reader: Reader;
  /** The last messages; needed only for a hand-off. */
  readonly transcript: readonly TranscriptLine[];
}

/** @returns null: its destination is not there any more, or does not offer it @throws Error a value does not fit a helper of a template */
export function renderOrder(order: Order, subject: RenderSubject, catalog: Catalog): RenderedOrder | null {
  const destination = destinationOf(order);
  const provider = catalog.get(destination);
  if (provider === undefined) return null;
  if ('action' in order) {
    const { action, input } = order.action;
    return { destination, action, input: fillJson(input, subject.data, subject.reader) };
  }
  if ('handOff' in order) {
    const { handOff: offer } = provider;
    if (offer === undefined) return null;
    const { title, owner, dueInHours } = order.handOff;
    const request = {
      title: fill(title, subject),
      owner: fill(owner, subject),
      dueInHours,
      text: textFor(order.handOff, subject),
    };
    return { destination, action: offer.action, input: offer.input(request) };
  }
  const { notice: offer } = provider;
  const to = order.notice.notify?.to;
  if (offer === undefined || to === undefined) return null;
  const request = {
    to: fill(to, subject),
    subject: fill(order.notice.title, subject),
    text: textFor(order.notice, subject),
  };
  return { destination, action: offer.action, input: offer.input(request) };
}

const textFor = ({ note }: HandOff, subject: RenderSubject): string =>
  handOffText(fill(note, subject), subject.profile, subject.transcript);

const fill = (text: string, { data, reader }: RenderSubject): string => fillIn(text, data, reader).trim();
