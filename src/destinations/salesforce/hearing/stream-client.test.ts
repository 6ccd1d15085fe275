import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { listenTo, type StreamOptions } from './stream-client.js';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});
async function serving(status: number, body: string): Promise<string> {
  const server = createServer((_request, response) => response.writeHead(status).end(body));
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
}
const options = (instanceUrl: string): StreamOptions => ({
  token: { accessToken: 'token', instanceUrl, identity: null },
  apiVersion: '60.0',
  channels: new Map([['/data/ContactChangeEvent', -1]]),
  opened: () => undefined,
  heard: () => Promise.resolve(),
  patienceMs: 50,
});
const never = new AbortController().signal;

it.each([
  ['does not answer in its own words', () => serving(503, '<html>Down for maintenance')],
  ['is not there', () => Promise.resolve('http://127.0.0.1:9')],
])('ends when the org %s for too long, instead of trying for ever without a word', async (_what, serve) => {
  await expect(listenTo(options(await serve()), never)).rejects.toMatchObject({
    kind: 'transient',
    message: expect.stringContaining('cannot be reached') as string,
  });
});
