import { once } from 'node:events';
import { createServer, get, type Agent, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { abortableAgent, abortableBy } from './abortable-agent.js';

/** Answers at once, except under `/never`. */
async function slowServer(): Promise<{ origin: string; server: Server; sockets: Socket[] }> {
  const sockets: Socket[] = [];
  const server = createServer((request, response) => {
    if (request.url !== '/never') response.end('ok');
  });
  server.on('connection', (socket: Socket) => sockets.push(socket));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { origin: `http://127.0.0.1:${String(port)}`, server, sockets };
}

const fetchWith = (agent: Agent, url: string): Promise<string> =>
  new Promise((resolve, reject) => {
    get(url, { agent }, (response) => {
      response
        .on('error', reject)
        .on('data', () => undefined)
        .on('end', () => resolve('ok'));
    }).on('error', reject);
  });

describe('an abortable agent', () => {
  it('cuts the connection of the call that was given up', async () => {
    const { origin, server, sockets } = await slowServer();
    const agent = abortableAgent(origin);
    const giveUp = new AbortController();
    const call = abortableBy(giveUp.signal, () => fetchWith(agent, `${origin}/never`));
    call.catch(() => undefined);
    await once(server, 'request');
    const closed = once(sockets[0]!, 'close');
    giveUp.abort();
    await expect(call).rejects.toThrow('Given up');
    await closed;
  });

  it('cuts it also when the connection had served another call before', async () => {
    const { origin, server, sockets } = await slowServer();
    const agent = abortableAgent(origin);
    const freed = once(agent, 'free');
    await abortableBy(new AbortController().signal, () => fetchWith(agent, `${origin}/`));
    await freed;
    const giveUp = new AbortController();
    const call = abortableBy(giveUp.signal, () => fetchWith(agent, `${origin}/never`));
    call.catch(() => undefined);
    await once(server, 'request');
    expect(sockets).toHaveLength(1);
    giveUp.abort();
    await expect(call).rejects.toThrow('Given up');
  });

  it('leaves the connection to the next call when a signal comes after its own has ended', async () => {
    const { origin, sockets } = await slowServer();
    const agent = abortableAgent(origin);
    const late = new AbortController();
    const freed = once(agent, 'free');
    await abortableBy(late.signal, () => fetchWith(agent, `${origin}/`));
    await freed;
    late.abort();
    expect(await abortableBy(new AbortController().signal, () => fetchWith(agent, `${origin}/`))).toBe('ok');
    expect(sockets).toHaveLength(1);
  });

  it('does not begin a call that has been given up already', () => {
    expect(() => abortableBy(AbortSignal.abort(), () => Promise.reject(new Error('begun')))).toThrow(/abort/i);
  });
});
