import type { ActionDeclaration, HandOffRequest, NoticeRequest, Offer } from '../destinations/action.js';
import type { Destination } from '../destinations/destination.js';
import type { Json } from '../destinations/json.js';
import type { Order } from './journey/program.js';

/** What there is to act at: the enabled destinations with what their providers declare, by key. */
export type Catalog = ReadonlyMap<string, Pick<Destination, 'title' | 'actions' | 'handOff' | 'notice'>>;

/** Where an order goes. */
export function destinationOf(order: Order): string {
  if ('action' in order) return order.action.destination;
  return 'handOff' in order ? order.handOff.destination : (order.notice.notify?.destination ?? '');
}

/** The declaration of what an order asks for; undefined: its destination is not there, or offers no such thing. */
export function declarationOf(order: Order, catalog: Catalog): ActionDeclaration | undefined {
  const provider = catalog.get(destinationOf(order));
  const id = 'action' in order ? order.action.action : offerOf(order, provider)?.action;
  return provider?.actions?.find((action) => action.id === id);
}

function offerOf(
  order: Exclude<Order, { readonly action: unknown }>,
  provider: Pick<Destination, 'handOff' | 'notice'> | undefined,
): Offer<HandOffRequest> | Offer<NoticeRequest> | undefined {
  return 'handOff' in order ? provider?.handOff : provider?.notice;
}

/** By which channel an order reaches the person, as narrowly as somebody has said; null: it reaches nobody. */
export function channelOf(order: Order, catalog: Catalog): string | null {
  if (!('action' in order)) return null;
  const { channel, input } = order.action;
  const declared = declarationOf(order, catalog);
  const said = declared?.channel === undefined ? null : namedIn(input);
  return channel ?? said ?? declared?.channel ?? declared?.consent ?? null;
}

const namedIn = (input: Json): string | null => {
  const named = typeof input === 'object' && input !== null && 'channel' in input ? input.channel : null;
  return typeof named === 'string' && !named.includes('{{') ? named : null;
};

/** Consents without which an order is not carried out. */
export function consentsOf(order: Order, catalog: Catalog) {
  const declared = declarationOf(order, catalog)?.consent ?? null;
  const asked = 'action' in order ? order.action.consent : undefined;
  return [...new Set([...(declared === null ? [] : [declared]), ...(asked === undefined ? [] : [asked])])];
}
