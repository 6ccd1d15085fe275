import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ServedOrg } from '../test-support.js';

const ack = (value: string) =>
  `<?xml version="1.0"?><soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"><soapenv:Body><notificationsResponse xmlns="http://soap.sforce.com/2005/09/outbound"><Ack>${value}</Ack></notificationsResponse></soapenv:Body></soapenv:Envelope>`;

let org: ServedOrg;
let receiver: Server;
let received: string[];
let reply: { status: number; body: string };
const actionId = '04kB000000EAct1IAD';

beforeAll(async () => {
  org = await ServedOrg.start();
  receiver = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      received.push(`${String(request.headers.soapaction)} ${String(request.headers['content-type'])}\n${body}`);
      response.writeHead(reply.status, { 'content-type': 'text/xml' }).end(reply.body);
    });
  });
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
});
beforeEach(async () => {
  await org.reset();
  received = [];
  reply = { status: 200, body: ack('true') };
  const { port } = receiver.address() as AddressInfo;
  await define({ endpointUrl: `http://127.0.0.1:${port}/hook` });
});
afterAll(async () => {
  await org.close();
  receiver.close();
});

const define = (more: Record<string, unknown>) =>
  org.change(({ outboundMessages }) => {
    const known = (outboundMessages as object[])[0] ?? {
      name: 'To Parley',
      actionId,
      object: 'Contact',
      fields: ['Email', 'Title', 'SystemModstamp'],
    };
    return { outboundMessages: [{ ...known, ...more }] };
  });
const send = () => org.send('POST', '/_sandbox/outbound-messages/send');
const waiting = async () => (await org.state()).notifications as { attempts: number }[];
const notificationsIn = (message = '') => [...message.matchAll(/<Notification>/g)].length;

describe('an outbound message', () => {
  it('tells of a change by itself, in SOAP, without the session', async () => {
    const id = await org.make('Contact', { LastName: 'Ito', Email: "o'hara&co@example.test" });
    await expect.poll(() => received.length, { timeout: 20_000 }).toBe(1);
    expect(received[0]).toContain('"" text/xml');
    expect(received[0]).toContain('<OrganizationId>00DB00000000001MAA</OrganizationId>');
    expect(received[0]).toContain('<SessionId xsi:nil="true"/>');
    expect(received[0]).toContain(
      `<sf:Id>${id}</sf:Id><sf:Email>o&#39;hara&amp;co@example.test</sf:Email><sf:SystemModstamp>`,
    );
    expect(received[0]).not.toContain('sf:Title');
    await expect.poll(waiting).toEqual([]);
  });

  it('carries up to 100 notifications, with the values of the sending', async () => {
    await define({ active: false });
    const ids: string[] = [];
    for (let start = 0; start < 150; start += 150) {
      const { body } = await org.upsert(
        Array.from({ length: 150 }, (_, index) => ({ Parley_Id__c: `p${index}`, LastName: 'x' })),
      );
      ids.push(...(body as { id: string }[]).map(({ id }) => id));
    }
    await org.send('POST', '/_sandbox/outbound-messages/notify', { name: 'To Parley', recordIds: ids });
    await send();
    await expect.poll(() => received.map(notificationsIn)).toEqual([100, 50]);
  });

  it('comes again, later and later, until it is acknowledged', async () => {
    reply = { status: 200, body: ack('false') };
    const id = await org.make('Contact', { LastName: 'Ito', Title: 'before' });
    await expect.poll(async () => (await waiting())[0]?.attempts, { timeout: 20_000 }).toBe(1);
    await org.api('PATCH', `/sobjects/Contact/${id}`, { Title: 'after' });
    reply = { status: 200, body: ack('true') };
    received = [];
    await org.setClock(1);
    await send();
    await expect.poll(waiting).toEqual([]);
    expect(received.join('')).toContain('<sf:Title>after</sf:Title>');
    expect(received.join('')).not.toContain('before');
  });

  it.each([
    ['an error', { status: 500, body: 'no' }, 'HTTP 500: no'],
    ['a page', { status: 200, body: '<html>hello</html>' }, 'HTTP 200'],
  ])('is not settled by %s', async (_what, answer, words) => {
    reply = answer;
    await org.make('Contact', { LastName: 'Ito' });
    await expect.poll(waiting, { timeout: 20_000 }).toMatchObject([{ attempts: 1 }]);
    expect((await org.state()).sendings).toMatchObject([{ outcome: expect.stringContaining(words) as string }]);
  });

  it('is given up after a day', async () => {
    reply = { status: 500, body: 'no' };
    await org.make('Contact', { LastName: 'Ito' });
    await expect.poll(waiting, { timeout: 20_000 }).toMatchObject([{ attempts: 1 }]);
    await org.setClock(25);
    await send();
    expect(await waiting()).toEqual([]);
  });

  it('leaves out the changes of the user it excepts, and carries a live session if it is told to', async () => {
    await define({ exceptUserId: '005B00000000001IAA', includeSessionId: true });
    await org.make('Contact', { LastName: 'Ours' });
    await org.send('POST', '/_sandbox/records/Contact', { LastName: 'Theirs' });
    await expect.poll(() => received.length, { timeout: 20_000 }).toBe(1);
    expect(notificationsIn(received[0])).toBe(1);
    const session = /<SessionId>(.*)<\/SessionId>/.exec(received[0] ?? '')?.[1] ?? '';
    const headers = { authorization: `Bearer ${session}` };
    expect(await org.api('GET', '/sobjects', undefined, headers)).toMatchObject({ status: 200 });
  });
});

it('a sandbox that stops does not wait for a receiver', async () => {
  const own = await ServedOrg.start();
  const deaf = createServer(() => undefined);
  await new Promise<void>((resolve) => deaf.listen(0, '127.0.0.1', resolve));
  const { port } = deaf.address() as AddressInfo;
  const message = { name: 'Deaf', actionId, object: 'Contact', fields: [], endpointUrl: `http://127.0.0.1:${port}` };
  await own.change(() => ({ outboundMessages: [message] }));
  const connected = new Promise((resolve) => deaf.once('request', resolve));
  await own.make('Contact', { LastName: 'Ito' });
  await connected;
  await own.close();
  deaf.closeAllConnections();
  deaf.close();
});
