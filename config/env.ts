import { z } from 'zod';

const port = z.coerce.number().int().min(0).max(65_535);
const isTimeZone = (name: string): boolean => name === 'UTC' || Intl.supportedValuesOf('timeZone').includes(name);
const flag = z.enum(['true', 'false']).transform((text) => text === 'true');

/** Everything the environment can say. `.env.example` explains each line; this is the only place that reads `process.env`. */
const environmentSchema = z
  .object({
    ROLE: z.enum(['all', 'api', 'worker']).default('all'),
    HOST: z.string().min(1).default('127.0.0.1'),
    PORT: port.default(3000),
    PUBLIC_URL: z
      .url({ protocol: /^https?$/, error: 'must be an address that begins with https:// or http://' })
      .transform((url) => url.replace(/\/+$/, ''))
      .optional(),
    TIME_ZONE: z.string().refine(isTimeZone, 'must be a time zone such as Europe/Madrid').default('UTC'),
    DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }).optional(),
    DATABASE_POOL_SIZE: z.coerce.number().int().min(2).max(200).default(12),
    BATCH_EVENTS: z.coerce.number().int().min(1).max(5_000).default(500),
    BATCHES_AT_ONCE: z.coerce.number().int().min(1).max(50).default(2),
    REDIS_URL: z.url({ protocol: /^rediss?$/ }).optional(),
    DATA_DIR: z.string().min(1).default('.data'),
    CONFIG_DIR: z.string().min(1).default('config'),
    SANDBOX: flag.optional(),
    SANDBOX_HUBSPOT_PORT: port.default(3101),
    SANDBOX_SALESFORCE_PORT: port.default(3102),
    SANDBOX_MAILCHIMP_PORT: port.default(3103),
    SANDBOX_MANYCHAT_PORT: port.default(3104),
    SANDBOX_LANDBOT_PORT: port.default(3105),
    SANDBOX_CHATFUEL_PORT: port.default(3106),
    SANDBOX_SMTP_PORT: port.default(3107),
    SANDBOX_SMTP_SERVER_PORT: port.default(3125),
    ENCRYPTION_KEY: z
      .string()
      .regex(/^[0-9a-f]{64}$/i, 'must be 64 hexadecimal digits (32 bytes), for example from `openssl rand -hex 32`')
      .optional(),
    LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
  })
  .refine(({ ROLE, DATABASE_URL }) => ROLE === 'all' || DATABASE_URL !== undefined, {
    path: ['ROLE'],
    error: 'can be api or worker only with DATABASE_URL, so that the processes share one database',
  })
  .refine(({ DATABASE_URL, ENCRYPTION_KEY }) => DATABASE_URL === undefined || ENCRYPTION_KEY !== undefined, {
    path: ['ENCRYPTION_KEY'],
    error: () => needsKey,
  })
  .refine(({ ROLE, REDIS_URL }) => ROLE === 'all' || REDIS_URL !== undefined, {
    path: ['ROLE'],
    error: 'can be api or worker only with REDIS_URL, so that the processes can wake each other',
  });

const needsKey =
  'is needed with DATABASE_URL: 64 hexadecimal digits that encrypt credentials at rest, for example from `openssl rand -hex 32`';

export type Environment = ReturnType<typeof readEnvironment>;

/** Thrown for any wrong setting; `message` has one line per problem, each with where, what was expected and what was found. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';
}

/**
 * Reads the environment once.
 *
 * @throws ConfigurationError naming every wrong variable
 */
export function readEnvironment(variables: NodeJS.ProcessEnv = process.env) {
  const given = Object.fromEntries(Object.entries(variables).filter(([, value]) => value !== ''));
  const parsed = environmentSchema.safeParse(given);
  if (!parsed.success) {
    const lines = parsed.error.issues.map((issue) => {
      const name = String(issue.path[0]);
      return `environment, ${name}: ${issue.message}; found ${whatIsThere(name, given[name])}`;
    });
    throw new ConfigurationError(lines.join('\n'));
  }
  const env = parsed.data;
  return {
    ...env,
    /** Where others reach us, without a slash at the end: what providers send people back to, and what they call. */
    publicUrl: env.PUBLIC_URL ?? `http://localhost:${env.PORT}`,
    /** Sandboxes run unless a database of one's own says that this is not a trial. */
    sandbox: env.SANDBOX ?? env.DATABASE_URL === undefined,
    /** For `${NAME}` in configuration files. */
    variables: given,
  };
}

const secretNames = new Set(['ENCRYPTION_KEY', 'DATABASE_URL', 'REDIS_URL']);

function whatIsThere(name: string, value: string | undefined): string {
  if (value === undefined) return 'nothing';
  return secretNames.has(name) ? 'a value that does not fit (not shown)' : JSON.stringify(value);
}
