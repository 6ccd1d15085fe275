import { promisify } from 'node:util';
import { brotliDecompress, gunzip, inflate } from 'node:zlib';
import type { FastifyRequest } from 'fastify';
import { type HookRequest, UnreadableBodyError } from './chat-platform.js';
import { tidyText } from './read-json.js';

/** As large as an unpacked body may become: the HTTP server's own limit. */
const mostBytes = 4 * 1024 * 1024;
const unpackers = {
  gzip: promisify(gunzip),
  deflate: promisify(inflate),
  br: promisify(brotliDecompress),
} as const;
const noBytes = Buffer.alloc(0);

/**
 * Fastify's request as the platforms see it: text headers, text query, the body's bytes. What came twice counts as not sent.
 * `/hooks/<source>/event/<name>/channel/<name>` says the same as `?event=…&channel=…`, for callers that cannot have a query.
 */
export function readHook(request: FastifyRequest, pathSuffix: string): HookRequest {
  const { headers, query, body, url, method, ip } = request;
  const mark = url.indexOf('?');
  return {
    method: method === 'GET' ? 'GET' : 'POST',
    pathSuffix,
    remoteAddress: ip,
    headers: textsOf(headers),
    query: pathSuffix === '' ? queryOf(query) : { ...pairsOf(pathSuffix), ...queryOf(query) },
    queryText: mark === -1 ? '' : url.slice(mark + 1),
    body: Buffer.isBuffer(body) ? body : noBytes,
  };
}

/** The same request with its body unpacked. Rasa compresses its calls if told to. @throws UnreadableBodyError */
export async function unpacked(request: HookRequest): Promise<HookRequest> {
  const encoding = request.headers['content-encoding']?.trim().toLowerCase() ?? 'identity';
  if (encoding === 'identity' || encoding === '') return request;
  const name = (Object.keys(unpackers) as (keyof typeof unpackers)[]).find((known) => known === encoding);
  if (name === undefined)
    throw new UnreadableBodyError(
      `The body is packed as ${encoding.slice(0, 40)}. Send it unpacked, or as gzip or deflate.`,
    );
  try {
    const body = await unpackers[name](request.body, { maxOutputLength: mostBytes });
    return { ...request, body };
  } catch {
    throw new UnreadableBodyError(`The body cannot be unpacked as ${encoding}, or is larger than ${mostBytes} bytes.`);
  }
}

const pathNames: ReadonlySet<string> = new Set(['event', 'channel']);

function pairsOf(pathSuffix: string): Record<string, string> {
  const parts = pathSuffix.split('/');
  const pairs = parts.flatMap((name, at) => {
    const value = parts[at + 1];
    return pathNames.has(name) && value !== undefined && value !== '' ? [[name, tidyText(value)] as const] : [];
  });
  return Object.fromEntries(pairs);
}

function queryOf(query: unknown): HookRequest['query'] {
  const texts = textsOf(query);
  for (const text of Object.values(texts)) if (text?.includes('\0') === true) return tidied(texts);
  return texts;
}

function tidied(texts: HookRequest['query']): HookRequest['query'] {
  return Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, tidyText(text ?? '')]));
}

function textsOf(values: unknown): Readonly<Record<string, string | undefined>> {
  if (typeof values !== 'object' || values === null) return {};
  if (areTexts(values)) return values;
  return Object.fromEntries(
    Object.entries(values).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}

/** As good as always: nothing came twice, and nothing has to be copied. */
function areTexts(values: object): values is Record<string, string> {
  return Object.values(values).every((value) => typeof value === 'string');
}
