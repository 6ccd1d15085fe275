import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { parentPort, workerData } from 'node:worker_threads';

/** Run by `rate-limited-server.ts` on a thread of its own, so that a busy test does not make it count late. */
const { calls, perMs, atOnce, answersAfterMs } = workerData as {
  calls: number;
  perMs: number;
  atOnce: number;
  answersAfterMs: number;
};
const arrivals: { atMs: number; path: string }[] = [];
let [refused, underWay, mostAtOnce] = [0, 0, 0];

const answer = (response: ServerResponse, status: number, body = ''): void => {
  response.writeHead(status).end(body);
};

const server = createServer((request, response) => {
  const path = request.url ?? '';
  if (path === '/_seen') {
    answer(response, 200, JSON.stringify({ arrivals, refused, mostAtOnce }));
    return;
  }
  const atMs = performance.now();
  const inWindow = arrivals.filter((other) => other.atMs > atMs - perMs).length;
  if (inWindow >= calls || underWay >= atOnce) {
    refused += 1;
    answer(response, 429);
    return;
  }
  arrivals.push({ atMs, path });
  underWay += 1;
  mostAtOnce = Math.max(mostAtOnce, underWay);
  setTimeout(() => {
    underWay -= 1;
    answer(response, 200);
  }, answersAfterMs);
});
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => parentPort?.postMessage((server.address() as AddressInfo).port));
