import type { LoggerOptions } from 'pino';

/** Never in a log, wherever they turn up one or two levels deep: secrets, and what identifies a person. */
const hidden = [
  'authorization',
  'cookie',
  'secret',
  'secrets',
  'password',
  'accessToken',
  'refreshToken',
  'clientSecret',
  'apiKey',
  'email',
  'phone',
  'attributes',
  'identities',
  'raw',
  'body',
];

/** JSON lines, secrets and personal data masked. */
export const logOptions = (level: string): LoggerOptions => ({
  level,
  base: { service: 'parley' },
  redact: { paths: hidden.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]), censor: '***' },
  serializers: { err: describeError, error: describeError },
  hooks: {
    logMethod(args, method) {
      if (!isFrameworkChatter(args[0])) method.apply(this, args);
    },
  },
  formatters: { level: (label) => ({ level: label }) },
  timestamp: () => `,"time":"${new Date().toISOString()}"`,
});

/** What Nest says of itself at every start, for each route and module. */
const chatter = new Set(['RouterExplorer', 'RoutesResolver', 'InstanceLoader', 'NestFactory', 'NestApplication']);

const isFrameworkChatter = (first: unknown): boolean =>
  typeof first === 'object' &&
  first !== null &&
  'context' in first &&
  chatter.has(String(first.context)) &&
  !('err' in first);

export interface LoggedError {
  readonly type: string;
  readonly message: string;
  readonly code?: string;
  readonly stack?: string;
  readonly cause?: LoggedError;
}

/**
 * What may be said of an error. Drivers and SDKs hang queries with their parameters, rows and request headers on theirs; none of that is
 * copied.
 */
export function describeError(error: unknown): LoggedError {
  if (!(error instanceof Error)) return { type: typeof error, message: String(error) };
  return {
    type: error.name,
    message: error.message,
    ...('code' in error && typeof error.code === 'string' && { code: error.code }),
    ...(error.stack !== undefined && { stack: error.stack }),
    ...(error.cause !== undefined && { cause: describeError(error.cause) }),
  };
}
