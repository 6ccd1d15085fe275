import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parseDocument } from 'yaml';
import type { z } from 'zod';
import type { ContentInput } from '../personalization/content-template.js';
import type { ScoreInput } from '../scoring/score-input.js';
import type { SegmentInput } from '../segments/segment-input.js';
import type { ContactPolicy } from '../triggers/definition/contact-policy.js';
import type { TriggerInput } from '../triggers/definition/trigger-input.js';
import { ConfigurationError } from '../../config/env.js';
import {
  type AttributeInput,
  type ConfigurationFile,
  configurationFile,
  type DestinationInput,
  type SourceInput,
} from './configuration-schema.js';
import { segmentProblems } from './segment-problems.js';

export interface Configuration {
  readonly attributes: readonly AttributeInput[];
  readonly sources: readonly SourceInput[];
  readonly destinations: readonly DestinationInput[];
  readonly segments: readonly SegmentInput[];
  readonly scores: readonly ScoreInput[];
  readonly triggers: readonly TriggerInput[];
  /** Left out: no file says anything of it. */
  readonly contactPolicy?: ContactPolicy | undefined;
  readonly contents: readonly ContentInput[];
}

export interface ReadOptions {
  readonly folder: string;
  /** For `${NAME}` and `${NAME:-default}`. */
  readonly variables: Readonly<Record<string, string | undefined>>;
  readonly sandbox: boolean;
}

/**
 * Reads every `*.yaml` of the configuration folder.
 *
 * @throws ConfigurationError with one line per problem: the file, the path in it, what was expected, what was found
 */
export function readConfiguration({ folder, variables, sandbox }: ReadOptions): Configuration {
  const problems: string[] = [];
  const files = listFiles(folder).flatMap((file) => {
    const read = readFile(path.join(folder, file), { variables, sandbox }, problems);
    return read === null ? [] : [{ file: path.join(folder, file), ...read }];
  });
  for (const kind of ['attributes', 'sources', 'destinations', 'segments', 'scores', 'triggers', 'contents'] as const) {
    const seen = new Map<string, string>();
    for (const { file, [kind]: entries } of files)
      for (const [index, { key }] of entries.entries()) {
        const where = `${file}, ${kind}[${index}].key`;
        const other = seen.get(key);
        if (other !== undefined) problems.push(`${where}: must be unique, but "${key}" stands at ${other} too`);
        seen.set(key, where);
      }
  }
  const policies = files.filter(({ contactPolicy }) => contactPolicy !== undefined);
  if (policies.length > 1)
    problems.push(
      `${policies[1]?.file ?? ''}, contactPolicy: stands at ${policies[0]?.file ?? ''} too, and there is only one`,
    );
  problems.push(...segmentProblems(files));
  if (problems.length > 0) throw new ConfigurationError(problems.join('\n'));
  return {
    attributes: files.flatMap(({ attributes }) => attributes),
    sources: files.flatMap(({ sources }) => sources),
    destinations: files.flatMap(({ destinations }) => destinations),
    segments: files.flatMap(({ segments }) => segments),
    scores: files.flatMap(({ scores }) => scores),
    triggers: files.flatMap(({ triggers }) => triggers),
    ...(policies[0] !== undefined && { contactPolicy: policies[0].contactPolicy }),
    contents: files.flatMap(({ contents }) => contents),
  };
}

function listFiles(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter((file) => /\.ya?ml$/.test(file))
      .sort();
  } catch (error) {
    throw new ConfigurationError(
      `${folder}: the configuration folder cannot be read (${error instanceof Error ? error.message : String(error)}); CONFIG_DIR names another one`,
      { cause: error },
    );
  }
}

/** Null: it counts for nothing now, or it has problems. */
function readFile(
  file: string,
  { variables, sandbox }: Pick<ReadOptions, 'variables' | 'sandbox'>,
  problems: string[],
): ConfigurationFile | null {
  const document = parseDocument(readFileSync(file, 'utf8'), { prettyErrors: true });
  if (document.errors.length > 0) {
    for (const error of document.errors) problems.push(`${file}: ${error.message.split('\n')[0] ?? ''}`);
    return null;
  }
  const written: unknown = document.toJS() ?? {};
  // Before its variables are looked for: the sandboxes' addresses are set only while they run.
  if (!sandbox && isForSandbox(written)) return null;
  const missing: string[] = [];
  const content = substitute(written, variables, [], missing);
  for (const line of missing) problems.push(`${file}, ${line}`);
  if (missing.length > 0) return null;
  const parsed = configurationFile.safeParse(content);
  if (parsed.success) return parsed.data;
  for (const issue of parsed.error.issues) problems.push(`${file}, ${describeIssue(issue, content)}`);
  return null;
}

const isForSandbox = (content: unknown): boolean =>
  typeof content === 'object' && content !== null && 'only' in content && content.only === 'sandbox';

/** Replaces `${NAME}` in every text. A text that is nothing but a variable stays a text: secrets may look like numbers. */
function substitute(
  value: unknown,
  variables: ReadOptions['variables'],
  at: PropertyKey[],
  missing: string[],
): unknown {
  if (Array.isArray(value)) return value.map((item, index) => substitute(item, variables, [...at, index], missing));
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [key, substitute(item, variables, [...at, key], missing)]),
    );
  if (typeof value !== 'string') return value;
  return value.replaceAll(
    /\$\{([A-Z][A-Z0-9_]*)(?::-([^}]*))?\}/g,
    (_all, name: string, fallback: string | undefined) => {
      const known = variables[name] ?? fallback;
      if (known === undefined)
        missing.push(`${pathText(at)}: the environment variable ${name} is expected, but it is not set`);
      return known ?? '';
    },
  );
}

function describeIssue(issue: z.core.$ZodIssue, content: unknown): string {
  return `${pathText(issue.path)}: ${issue.message}; found ${foundAt(issue.path, content)}`;
}

/** Whatever could be a secret is not repeated on a screen or in a log. */
const secretWords = /secret|token|key$|password|apikey/i;

function foundAt(at: readonly PropertyKey[], content: unknown): string {
  const name = at.findLast((part) => typeof part === 'string');
  if (name !== 'key' && at.some((part) => typeof part === 'string' && part !== 'key' && secretWords.test(part)))
    return 'a value that is not shown';
  let value = content;
  for (const part of at) value = typeof value === 'object' && value !== null ? Reflect.get(value, part) : undefined;
  return described(value);
}

/** What holds other things may hold a secret. */
function described(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const names = Object.keys(value);
  return names.length === 0 ? 'nothing in it' : names.join(', ');
}

const pathText = (at: readonly PropertyKey[]): string =>
  at
    .map((part, index) => (typeof part === 'number' ? `[${part}]` : `${index === 0 ? '' : '.'}${String(part)}`))
    .join('') || 'the file';
