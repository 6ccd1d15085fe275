import { parseQuery, type Query } from '@jetstreamapp/soql-parser-js';
import { badRequest, type RestError } from '../rest/rest-error.js';

const mostCharacters = 100_000;
/** How the parser says at which token it gave up. */
const foundToken = /found(?: -->|:) '(.*?)'(?: <--|$)/s;
const foundOffset = /at offset: (\d+)/;

/**
 * Reads a SOQL query.
 *
 * @throws RestError MALFORMED_QUERY for what Salesforce could not read either
 * @see https://developer.salesforce.com/docs/atlas.en-us.soql_sosl.meta/soql_sosl/sforce_api_calls_soql_select.htm
 */
export function parseSoql(soql: string): Query {
  if (soql.trim() === '') throw badRequest('MALFORMED_QUERY', 'A query string has to be specified');
  if (soql.length > mostCharacters)
    throw badRequest('QUERY_TOO_COMPLICATED', 'SOQL statements cannot be longer than 100,000 characters.');
  try {
    return parseQuery(soql);
  } catch (error) {
    throw unreadable(soql, error instanceof Error ? error.message : String(error));
  }
}

function unreadable(soql: string, reason: string): RestError {
  const offset = foundOffset.exec(reason)?.[1];
  if (offset !== undefined) {
    const position = Number(offset);
    return malformed(soql, position, `unexpected token: '${soql.charAt(position)}'`);
  }
  const token = foundToken.exec(reason)?.[1] ?? '';
  if (token === '') return malformed(soql, soql.length, "unexpected token: '<EOF>'");
  return malformed(soql, Math.max(0, placeOf(soql, token)), `unexpected token: '${token}'`);
}

/** Where a name stands in a query, outside of texts; -1: nowhere. */
export function placeOf(soql: string, name: string): number {
  const outside = soql.replace(/'(?:[^'\\]|\\.)*'/gs, (text) => ' '.repeat(text.length));
  const escaped = name.replace(/[^\w]/g, (character) => `\\${character}`);
  return outside.search(new RegExp(`(?<![\\w.])${escaped}(?![\\w.])`, 'i'));
}

export const malformed = (soql: string, position: number, message: string): RestError =>
  soqlError(soql, position, 'MALFORMED_QUERY', message);

/** A query error with the caret under the place, as Salesforce draws it. */
export function soqlError(soql: string, position: number, errorCode: string, message: string): RestError {
  const at = Math.max(0, position);
  return badRequest(errorCode, `\n${soql}\n${' '.repeat(at)}^\nERROR at Row:1:Column:${at + 1}\n${message}`);
}
