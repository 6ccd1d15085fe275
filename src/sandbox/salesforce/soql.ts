import { RestError } from './rest-error.js';

export type SoqlLiteral = string | number | boolean | null;

/** `field = value` and `field IN (…)` come out the same: one of these values. */
export interface SoqlCondition {
  readonly field: string;
  readonly position: number;
  readonly oneOf: readonly SoqlLiteral[];
}

export interface SoqlQuery {
  readonly fields: readonly { readonly name: string; readonly position: number }[];
  readonly from: string;
  /** All of them must hold. */
  readonly conditions: readonly SoqlCondition[];
  readonly limit: number | null;
}

interface Token {
  readonly kind: 'word' | 'string' | 'number' | 'sign' | 'end';
  readonly text: string;
  readonly position: number;
}

const tokenPattern = /(?:([A-Za-z_][\w.]*)|'((?:[^'\\]|\\.)*)'|(-?\d+(?:\.\d+)?)|([=(),]))\s*/suy;
const escapes: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', b: '\b', f: '\f' };
const constants: Readonly<Record<string, SoqlLiteral>> = { true: true, false: false, null: null };

/**
 * Reads the part of SOQL that the sandbox answers: `SELECT a, b FROM Contact [WHERE x = 'y' AND z IN ('p', 'q')] [LIMIT n]`.
 *
 * @throws RestError MALFORMED_QUERY for anything else, as Salesforce does for what it cannot read
 * @see https://developer.salesforce.com/docs/atlas.en-us.soql_sosl.meta/soql_sosl/sforce_api_calls_soql_select.htm
 */
export const parseSoql = (soql: string): SoqlQuery => new SoqlReader(soql).query();

/** One method per rule of the grammar; each takes its tokens or throws. */
class SoqlReader {
  readonly #tokens: readonly Token[];
  #next = 0;

  constructor(private readonly soql: string) {
    this.#tokens = tokenise(soql);
  }

  query(): SoqlQuery {
    this.#expect('SELECT');
    const fields = this.#list(() => this.#word()).map(({ text, position }) => ({ name: text, position }));
    this.#expect('FROM');
    const from = this.#word().text;
    const conditions = this.#accept('WHERE') ? this.#conditions() : [];
    const limit = this.#accept('LIMIT') ? this.#count() : null;
    if (this.#peek().kind !== 'end') throw unexpected(this.soql, this.#peek());
    return { fields, from, conditions, limit };
  }

  #conditions(): SoqlCondition[] {
    const conditions = [this.#condition()];
    while (this.#accept('AND')) conditions.push(this.#condition());
    return conditions;
  }

  #condition(): SoqlCondition {
    const { text: field, position } = this.#word();
    if (this.#accept('=')) return { field, position, oneOf: [this.#literal()] };
    this.#expect('IN');
    this.#expect('(');
    const oneOf = this.#list(() => this.#literal());
    this.#expect(')');
    return { field, position, oneOf };
  }

  #literal(): SoqlLiteral {
    const token = this.#take();
    const constant = constants[token.text.toLowerCase()];
    if (token.kind === 'string') return unescape(token.text);
    if (token.kind === 'number') return Number(token.text);
    if (token.kind === 'word' && constant !== undefined) return constant;
    throw unexpected(this.soql, token);
  }

  #count(): number {
    const token = this.#take();
    if (token.kind !== 'number' || !/^\d+$/.test(token.text)) throw unexpected(this.soql, token);
    return Number(token.text);
  }

  #word(): Token {
    const token = this.#take();
    if (token.kind !== 'word') throw unexpected(this.soql, token);
    return token;
  }

  #list<T>(one: () => T): T[] {
    const all = [one()];
    while (this.#accept(',')) all.push(one());
    return all;
  }

  #expect(text: string): void {
    if (!this.#accept(text)) throw unexpected(this.soql, this.#peek());
  }

  #accept(text: string): boolean {
    const { kind, text: found } = this.#peek();
    if (kind === 'string' || found.toUpperCase() !== text) return false;
    this.#next += 1;
    return true;
  }

  #take(): Token {
    const token = this.#peek();
    this.#next += 1;
    return token;
  }

  #peek(): Token {
    return this.#tokens[this.#next] ?? { kind: 'end', text: '<EOF>', position: this.soql.length };
  }
}

function tokenise(soql: string): Token[] {
  const tokens: Token[] = [];
  let position = soql.length - soql.trimStart().length;
  while (position < soql.length) {
    tokenPattern.lastIndex = position;
    const match = tokenPattern.exec(soql);
    if (match === null) throw unexpected(soql, { kind: 'sign', text: soql.charAt(position), position });
    const [whole, word, string, number, sign] = match;
    const kind =
      word !== undefined ? 'word' : string !== undefined ? 'string' : number !== undefined ? 'number' : 'sign';
    tokens.push({ kind, text: word ?? string ?? number ?? sign ?? '', position });
    position += whole.length;
  }
  return tokens;
}

const unescape = (text: string): string =>
  text.replace(/\\(.)/gsu, (_whole, character: string) => escapes[character.toLowerCase()] ?? character);

const unexpected = (soql: string, { text, position }: Token): RestError =>
  soqlError(soql, position, 'MALFORMED_QUERY', `unexpected token: '${text}'`);

/** A query error with the caret under the place, as Salesforce draws it. */
export function soqlError(soql: string, position: number, errorCode: string, message: string): RestError {
  const caret = `\n${soql}\n${' '.repeat(position)}^\nERROR at Row:1:Column:${position + 1}\n`;
  return new RestError(400, { errorCode, message: `${caret}${message}` });
}
