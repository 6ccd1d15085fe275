import type { Condition, ConditionWithValueQuery, WhereClause } from '@jetstreamapp/soql-parser-js';
import { malformed, placeOf } from './parse-soql.js';

/** A leaf: one comparison. */
export type Comparison = Extract<ConditionWithValueQuery, { readonly operator: unknown }>;

export type ConditionTree =
  | { readonly kind: 'comparison'; readonly comparison: Comparison }
  | { readonly kind: 'not'; readonly of: ConditionTree }
  | { readonly kind: 'and' | 'or'; readonly all: readonly ConditionTree[] };

type Token = '(' | ')' | 'AND' | 'OR' | 'NOT' | Comparison;

/**
 * The parser gives conditions as a chain that counts parentheses; this makes the tree they mean.
 * @throws RestError MALFORMED_QUERY where AND and OR stand side by side without parentheses, as in Salesforce
 */
export const conditionTree = (soql: string, where: WhereClause): ConditionTree =>
  new TreeReader(soql, tokensOf(where)).all();

function tokensOf(where: WhereClause): Token[] {
  const tokens: Token[] = [];
  let clause: WhereClause | undefined = where;
  while (clause !== undefined) {
    const left: Condition | ConditionWithValueQuery | null = clause.left;
    if (left !== null) {
      tokens.push(...Array<Token>(left.openParen ?? 0).fill('('));
      if ('operator' in left) tokens.push(left, ...Array<Token>(left.closeParen ?? 0).fill(')'));
    }
    if ('operator' in clause) {
      tokens.push(clause.operator);
      clause = clause.right;
    } else clause = undefined;
  }
  return tokens;
}

class TreeReader {
  #next = 0;

  constructor(
    private readonly soql: string,
    private readonly tokens: readonly Token[],
  ) {}

  all(): ConditionTree {
    const first = this.#one();
    const operator = this.tokens[this.#next];
    if (operator !== 'AND' && operator !== 'OR') return first;
    const parts = [first];
    while (this.tokens[this.#next] === operator) {
      this.#next += 1;
      parts.push(this.#one());
    }
    const after = this.tokens[this.#next];
    if (after === 'AND' || after === 'OR')
      throw malformed(this.soql, placeOf(this.soql, after), `unexpected token: '${after}'`);
    return { kind: operator === 'AND' ? 'and' : 'or', all: parts };
  }

  #one(): ConditionTree {
    const token = this.tokens[this.#next];
    this.#next += 1;
    if (token === 'NOT') return { kind: 'not', of: this.#one() };
    if (token === '(') {
      const inner = this.all();
      this.#next += 1; // the parser has checked that parentheses match
      return inner;
    }
    if (typeof token === 'object') return { kind: 'comparison', comparison: token };
    throw malformed(this.soql, this.soql.length, `unexpected token: '${token ?? '<EOF>'}'`);
  }
}
