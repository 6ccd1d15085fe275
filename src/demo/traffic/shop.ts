import type { DemoPerson } from './person.js';
import type { Random } from './random.js';
import type { TrafficRequest, TrafficSource } from './traffic-request.js';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const cities = ['Lisbon', 'Naples', 'Oaxaca', 'Kyoto', 'Bergen', 'Tunis'];
const items = ['City weekend', 'Cooking course', 'Sailing trip', 'Night train'];

/** How many people do what in the web shop. */
const carts = 14;
const cartsOrdered = 5;
const ordersNow = 8;
const birthdays = 3;
const oldCustomers = 9;
/** Their numbers, so that nobody takes them for people of the chats. */
const firstOldCustomer = 100_000;

interface Customer {
  readonly number: number;
  readonly email: string;
}

/**
 * What a web shop tells about some of the people from the chats, known by their e-mail addresses, and about customers whom the chats have
 * never seen: carts that were left yesterday, orders, birthdays, and people nobody has heard of for more than a month.
 */
export function shopTraffic(
  random: Random,
  source: TrafficSource,
  people: readonly DemoPerson[],
  now: Date,
): TrafficRequest[] {
  const known = people.filter(
    ({ emailConsent, steps, channels }) =>
      emailConsent === 'granted' && steps >= 4 && !channels[0]?.startsWith('landbot'),
  );
  const ago = (ms: number): string => new Date(now.getTime() - ms).toISOString();
  const say = (customer: Customer, note: string, body: object): TrafficRequest => ({
    source: source.key,
    path: `/hooks/${source.key}`,
    headers: { 'content-type': 'application/json', 'x-parley-secret': source.secret },
    body: JSON.stringify({ email: customer.email, ...body }),
    note,
    outcome: 'applied',
    status: 200,
    person: customer.number,
  });
  const order = (customer: Customer, at: string, more: object = {}): TrafficRequest =>
    say(customer, 'orders in the web shop', {
      event: 'order_placed',
      event_id: `shop-${String(customer.number)}-${at}`,
      occurred_at: at,
      properties: { amount: 20 + random.int(400), item: random.pick(items) },
      lastOrderAt: at,
      ...more,
    });
  const cartOf = (customer: Customer, index: number): TrafficRequest[] => {
    const at = 26 * hourMs + random.int(8 * hourMs);
    const cart = say(customer, 'leaves a cart in the web shop', {
      event: 'cart_updated',
      event_id: `cart-${String(customer.number)}-${ago(at)}`,
      occurred_at: ago(at),
      properties: { amount: 50 + random.int(300), item: random.pick(items) },
    });
    return index < cartsOrdered ? [cart, order(customer, ago(at - hourMs))] : [cart];
  };
  // Whoever gets to the fifth step orders in the chat.
  const inCarts = known.filter(({ steps }) => steps === 4).slice(0, carts);
  const others = known.filter((person) => !inCarts.includes(person));
  const [ordering, celebrating] = [others.splice(0, ordersNow), others.splice(0, birthdays)];
  return [
    ...inCarts.flatMap(cartOf),
    ...ordering.map((customer) => order(customer, ago(random.int(5) * 60_000))),
    ...celebrating.map((customer) =>
      say(customer, 'has birthday', { birthday: `1988-${now.toISOString().slice(5, 10)}` }),
    ),
    ...Array.from({ length: oldCustomers }, (_unused, index) =>
      order(
        { number: firstOldCustomer + index, email: `customer${String(index)}@shop.test` },
        ago((31 + random.int(60)) * dayMs),
        { first_name: `Customer ${String(index)}`, country: random.pick(cities), consent_email: 'granted' },
      ),
    ),
  ];
}
