import { AsyncLocalStorage } from 'node:async_hooks';
import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type { Duplex } from 'node:stream';

const currentSignal = new AsyncLocalStorage<AbortSignal>();

/** Runs one call of the SDK so that the signal cuts its connection. The SDK itself has no time-out and takes no signal. */
export function abortableBy<T>(signal: AbortSignal, call: () => Promise<T>): Promise<T> {
  signal.throwIfAborted();
  return currentSignal.run(signal, call);
}

/** A keep-alive agent for one account whose sockets belong, while a call uses them, to that call's signal. */
export function abortableAgent(baseUrl: string): HttpAgent {
  const agent = baseUrl.startsWith('https:') ? new HttpsAgent({ keepAlive: true }) : new HttpAgent({ keepAlive: true });
  const releases = new WeakMap<Duplex, () => void>();

  const watch = (socket: Duplex): void => {
    const signal = currentSignal.getStore();
    if (signal === undefined) return;
    const cut = (): void => {
      socket.destroy(new Error('Given up'));
    };
    signal.addEventListener('abort', cut, { once: true });
    releases.set(socket, () => signal.removeEventListener('abort', cut));
  };
  const release = (socket: Duplex): void => {
    releases.get(socket)?.();
    releases.delete(socket);
  };

  const connect = agent.createConnection.bind(agent);
  // Declared as void, but the socket is kept only when it returns true.
  const keep: (socket: Duplex) => unknown = agent.keepSocketAlive.bind(agent);
  const reuse = agent.reuseSocket.bind(agent);
  agent.createConnection = (options, done) => {
    const socket = connect(options, done);
    if (socket) {
      watch(socket);
      socket.once('close', () => release(socket));
    }
    return socket;
  };
  agent.keepSocketAlive = (socket) => {
    release(socket);
    return keep(socket);
  };
  agent.reuseSocket = (socket, request) => {
    watch(socket);
    reuse(socket, request);
  };
  return agent;
}
