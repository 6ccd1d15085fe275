import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { type Document, OpenAPIBackend, type Operation } from 'openapi-backend';
import type { JournalEntry } from '../../src/sandbox/journal.js';
import { specFolder } from './spec-folder.js';

/** One difference between a call to a sandbox and what the provider's file says. */
export interface Finding {
  /** As the file spells it: `GET /lists/{list_id}`. */
  readonly operation: string;
  readonly part: 'request' | 'answer';
  readonly status: number;
  /** Where in the body, with every array index as `*`: `/results/*\/properties`. */
  readonly at: string;
  readonly says: string;
}

/** A place where the live service leaves its own file, with the evidence. */
export interface Exception {
  readonly operation?: RegExp;
  readonly part?: Finding['part'];
  readonly at?: RegExp;
  readonly says?: RegExp;
  readonly evidence: string;
}

interface Options {
  /** Folder inside SPEC_DIR. */
  readonly provider: string;
  /** Prefix of the sandbox's paths that the file leaves to its server address, for example `/3.0`. */
  readonly apiRoot?: string;
  /** Fields that the file does not know are findings, too. */
  readonly knownFieldsOnly?: boolean;
  /** Names of schemas whose inside is not checked: grammars of types that contain each other, which take minutes to compile. */
  readonly opaque?: RegExp;
  readonly exceptions: readonly Exception[];
}

export interface Verdict {
  /** Differences that no exception explains. */
  readonly findings: readonly Finding[];
  /** Operations that were called, and how often. */
  readonly covered: ReadonlyMap<string, number>;
  /** Calls to paths that no file has. */
  readonly unknown: readonly string[];
  /** Exceptions that explained nothing: they should go. */
  readonly idle: readonly Exception[];
}

/** A provider's published OpenAPI files, against which calls that a sandbox has answered are held. */
export class Contract {
  private constructor(
    private readonly specs: readonly OpenAPIBackend[],
    private readonly exceptions: readonly Exception[],
  ) {}

  /** @throws Error when the files are not there */
  static async read({
    provider,
    apiRoot = '/',
    knownFieldsOnly = false,
    opaque,
    exceptions,
  }: Options): Promise<Contract> {
    const folder = specFolder(provider);
    const names = readdirSync(folder).filter((name) => name.endsWith('.json'));
    if (names.length === 0)
      throw new Error(`Contract tests find no OpenAPI files in ${folder}: see docs/contract-tests.md.`);
    const specs: OpenAPIBackend[] = [];
    for (const name of names) {
      const text = readFileSync(path.join(folder, name), 'utf8');
      const parsed = JSON.parse(text, (key, value: unknown) => read(key, value, knownFieldsOnly, opaque)) as Document;
      const spec = new OpenAPIBackend({
        definition: opaque === undefined ? parsed : without(parsed, opaque),
        apiRoot,
        quick: true,
        validate: true,
        ajvOpts: { strict: false, allErrors: true, formats, logger: false },
      });
      specs.push(await spec.init());
    }
    return new Contract(specs, exceptions);
  }

  /** Holds each call of a sandbox's journal against the file that describes it. */
  judge(entries: readonly JournalEntry[]): Verdict {
    const covered = new Map<string, number>();
    const unknown: string[] = [];
    const findings: Finding[] = [];
    const used = new Set<Exception>();
    for (const entry of entries) {
      const all = this.#findings(entry);
      if (all === null) {
        unknown.push(`${entry.method} ${entry.path}`);
        continue;
      }
      covered.set(all.operation, (covered.get(all.operation) ?? 0) + 1);
      for (const finding of all.findings) {
        const exception = this.exceptions.find((candidate) => explains(candidate, finding));
        if (exception === undefined) findings.push(finding);
        else used.add(exception);
      }
    }
    return { findings, covered, unknown, idle: this.exceptions.filter((exception) => !used.has(exception)) };
  }

  #findings(entry: JournalEntry): { operation: string; findings: Finding[] } | null {
    const request = toRequest(entry);
    for (const spec of this.specs) {
      const operation = spec.matchOperation(request);
      if (operation === undefined) continue;
      const name = `${entry.method} ${operation.path}`;
      const { status } = entry;
      const finding =
        (part: Finding['part']) =>
        ({ instancePath, message, params }: Difference): Finding => {
          const at = instancePath.replaceAll(/\/\d+(?=\/|$)/g, '/*');
          const extra = Object.values(params ?? {})
            .flat()
            .join(' ');
          return { operation: name, part, status, at, says: `${message ?? 'differs'}: ${extra}` };
        };
      // A request that was refused may well be wrong: that was the point of it.
      const sent = status < 400 ? (spec.validateRequest(request, operation).errors ?? []) : [];
      const got = answerDifferences(spec, operation, entry);
      return { operation: name, findings: [...sent.map(finding('request')), ...got.map(finding('answer'))] };
    }
    return null;
  }
}

/** An error may have any status, but a success has to be one that the file lists, and empty where it lists no content. */
function answerDifferences(spec: OpenAPIBackend, operation: Operation, { status, answer }: JournalEntry): Difference[] {
  const declared = operation.responses?.[String(status)];
  if (declared === undefined && status < 400)
    return [{ instancePath: '', message: `status ${String(status)} is not listed` }];
  const isEmpty = declared !== undefined && !('$ref' in declared) && Object.keys(declared.content ?? {}).length === 0;
  if (isEmpty) return answer === null || answer === '' ? [] : [{ instancePath: '', message: 'must be empty' }];
  return spec.validateResponse(answer ?? undefined, operation, status).errors ?? [];
}

interface Difference {
  readonly instancePath: string;
  readonly message?: string;
  readonly params?: Readonly<Record<string, unknown>>;
}

function toRequest({ method, path: url, headers, body }: JournalEntry) {
  const [pathname = '', query = ''] = url.split('?');
  const sent = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
  return { method, path: pathname, query, headers: sent, ...(body === null ? {} : { body }) };
}

const explains = ({ operation, part, at, says }: Exception, finding: Finding): boolean =>
  (operation?.test(finding.operation) ?? true) &&
  (part === undefined || part === finding.part) &&
  (at?.test(finding.at) ?? true) &&
  (says?.test(finding.says) ?? true);

/** Those that the files use and that say more than "a text"; unknown ones are passed over. */
const formats = {
  'date-time': (text: string): boolean => isDateTime(text),
  date: /^\d{4}-\d\d-\d\d$/,
  uuid: /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i,
  email: /^[^\s@]+@[^\s@]+$/,
};

const isDateTime = (text: string): boolean =>
  /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)$/.test(text) && !Number.isNaN(Date.parse(text));

/** While reading a file: bodies of any media type are JSON ones, and an object that lists its fields may be closed to others. */
function read(key: string, value: unknown, knownFieldsOnly: boolean, opaque: RegExp | undefined): unknown {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return value;
  if (isOnlyOpaque(value, opaque)) return {};
  if (key === 'content' && '*/*' in value) return { 'application/json': value['*/*'], ...value };
  const isOpen = !knownFieldsOnly || !('properties' in value) || !('type' in value) || value.type !== 'object';
  const isComposed = 'allOf' in value || 'oneOf' in value || 'anyOf' in value || 'additionalProperties' in value;
  return isOpen || isComposed ? value : { ...value, additionalProperties: false };
}

/** A choice among schemas whose inside is not checked. */
function isOnlyOpaque(value: object, opaque: RegExp | undefined): boolean {
  if (opaque === undefined || !('oneOf' in value) || !Array.isArray(value.oneOf)) return false;
  return value.oneOf.every(
    (choice: unknown) =>
      choice !== null && typeof choice === 'object' && '$ref' in choice && opaque.test(String(choice.$ref)),
  );
}

function without(document: Document, opaque: RegExp): Document {
  for (const name of Object.keys(document.components?.schemas ?? {}))
    if (opaque.test(name)) Object.assign(document.components?.schemas ?? {}, { [name]: {} });
  return document;
}

/** For a failing test: one line per difference. */
export const told = (findings: readonly Finding[]): string[] => [
  ...new Set(
    findings.map(({ operation, part, status, at, says }) => `${operation} ${String(status)} ${part} ${at}: ${says}`),
  ),
];
