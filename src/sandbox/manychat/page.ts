import type { SandboxClock } from '../emulator.js';
import {
  type FieldType,
  type FieldValue,
  freshPage,
  type PageState,
  type Received,
  type Subscriber,
} from './page-state.js';
import { problems } from './problem.js';

const windowMs = 24 * 3_600_000;

/** One ManyChat page: what it holds and what may be done with it. */
export class Page {
  state: PageState = freshPage();

  constructor(private readonly clock: SandboxClock) {}

  /** @throws Problem */
  subscriber(id: unknown): Subscriber {
    const wanted = typeof id === 'string' || typeof id === 'number' ? String(id) : '';
    if (wanted === '') throw problems.missing('subscriber_id');
    const known = this.state.subscribers.find((each) => each.id === wanted);
    if (known !== undefined) return known;
    if (!this.state.behaviour.makesSubscribers || !/^\d{1,19}$/.test(wanted)) throw problems.unknownSubscriber();
    const now = this.clock.now().toISOString();
    const made: Subscriber = {
      id: wanted, first_name: '', last_name: '', email: null, phone: null, whatsapp_phone: null,
      last_interaction: now, fields: {}, tags: [], received: [],
    }; // prettier-ignore
    this.state.subscribers.push(made);
    return made;
  }

  /** Names are compared without regard to case. @throws Problem */
  setField(subscriber: Subscriber, by: { readonly id?: unknown; readonly name?: unknown }, value: unknown): void {
    const field = this.state.fields.find(({ id, name }) =>
      by.id === undefined ? name.toLowerCase() === String(by.name).toLowerCase() : id === by.id,
    );
    if (field === undefined) throw problems.unknownField(String(by.name ?? by.id));
    const stored = fits[field.type](value);
    if (stored === undefined) throw problems.badValue(field.name, field.type);
    subscriber.fields[String(field.id)] = stored;
  }

  /** @throws Problem */
  tag(by: { readonly id?: unknown; readonly name?: unknown }): number {
    const tag = this.state.tags.find(({ id, name }) => (by.id === undefined ? name === by.name : id === by.id));
    if (tag === undefined) throw problems.unknownTag();
    return tag.id;
  }

  /** @throws Problem */
  createTag(name: unknown): number {
    if (typeof name !== 'string' || name === '') throw problems.missing('name');
    if (this.state.tags.some((tag) => tag.name === name)) throw problems.exists('Tag');
    const id = this.state.nextId++;
    this.state.tags.push({ id, name });
    return id;
  }

  /** @throws Problem */
  createField(caption: unknown, type: FieldType, description: string): PageState['fields'][number] {
    if (typeof caption !== 'string' || caption === '') throw problems.missing('caption');
    if (this.state.fields.some((field) => field.name.toLowerCase() === caption.toLowerCase()))
      throw problems.exists('Custom field');
    const field = { id: this.state.nextId++, name: caption, type, description };
    this.state.fields.push(field);
    return field;
  }

  /** @throws Problem */
  sendFlow(subscriber: Subscriber, ns: unknown): void {
    const flow = this.state.flows.find((each) => each.ns === ns);
    if (flow === undefined) throw problems.unknownFlow();
    this.#receive(subscriber, { how: 'flow', content: flow.name, messageTag: null });
  }

  /** @throws Problem */
  sendContent(subscriber: Subscriber, content: Received['content'], messageTag: string | null): void {
    const { last_interaction: last } = subscriber;
    const open = last !== null && this.clock.now().getTime() - Date.parse(last) <= windowMs;
    if (!open && messageTag === null) throw problems.outsideWindow();
    this.#receive(subscriber, { how: 'content', content, messageTag });
  }

  #receive(subscriber: Subscriber, received: Omit<Received, 'at'>): void {
    subscriber.received.push({ at: this.clock.now().toISOString(), ...received });
  }
}

/** What a field of each type takes; undefined: it refuses. null and an empty text clear. */
const fits = {
  text: (value) => (typeof value === 'string' || typeof value === 'number' ? String(value) : cleared(value)),
  number: (value) => (typeof value === 'number' ? value : cleared(value)),
  boolean: (value) => (typeof value === 'boolean' ? value : cleared(value)),
  date: (value) => (typeof value === 'string' && /^\d{4}-\d{2}-\d{2}$/.test(value) ? value : cleared(value)),
  // With an offset: the form that ends in Z is for dynamic blocks.
  datetime: (value) =>
    typeof value === 'string' && /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}[+-]\d{2}:\d{2}$/.test(value)
      ? value
      : cleared(value),
} as const satisfies Record<FieldType, (value: unknown) => FieldValue | undefined>;

const cleared = (value: unknown): null | undefined => (value === null || value === '' ? null : undefined);
