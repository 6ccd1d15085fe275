import type { TrafficRequest } from './traffic/traffic-request.js';

/** What the service answered, per note of the traffic's refused requests, and how often it answered otherwise than it should. */
export interface PlayResult {
  readonly sent: number;
  readonly seconds: number;
  readonly refused: readonly { readonly status: number; readonly note: string; readonly detail: string }[];
  readonly surprises: readonly string[];
}

const conversationsAtOnce = 20;

/** Sends every request through the real webhooks: those of one person in order, those of others at the same time. */
export async function playTraffic(
  url: string,
  requests: readonly TrafficRequest[],
  onProgress: (sent: number) => void,
): Promise<PlayResult> {
  const lines = [...Map.groupBy(requests, ({ person }, index) => person ?? `nobody ${index}`).values()];
  const refused: PlayResult['refused'][number][] = [];
  const surprises: string[] = [];
  const started = performance.now();
  let sent = 0;
  const send = async (request: TrafficRequest): Promise<void> => {
    const response = await fetch(`${url}${request.path}`, {
      method: 'POST',
      headers: request.headers,
      body: request.body,
    });
    const answer = await response.text();
    sent += 1;
    onProgress(sent);
    if (response.status !== request.status)
      surprises.push(`${request.note}: answered ${response.status} instead of ${request.status}: ${answer}`);
    if (request.outcome === 'refused')
      refused.push({ status: response.status, note: request.note, detail: detailOf(answer) });
  };
  const workers = Array.from({ length: conversationsAtOnce }, async () => {
    for (let line = lines.shift(); line !== undefined; line = lines.shift())
      for (const request of line) await send(request);
  });
  await Promise.all(workers);
  return { sent, seconds: (performance.now() - started) / 1_000, refused, surprises };
}

/** The sentence of an RFC 9457 problem. */
function detailOf(answer: string): string {
  try {
    const problem: unknown = JSON.parse(answer);
    return typeof problem === 'object' && problem !== null && 'detail' in problem ? String(problem.detail) : answer;
  } catch {
    return answer;
  }
}
