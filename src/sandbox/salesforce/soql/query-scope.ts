import type { SandboxClock } from '../../emulator.js';
import { soqlError, placeOf } from './parse-soql.js';
import type { OrgObject } from '../schema/org-object.js';
import type { Schema } from '../schema/schema.js';
import type { RestError } from '../rest/rest-error.js';

/** What is searched: the org's data, or what the Tooling API shows of its set-up. */
export interface Searched {
  readonly schema: Schema;
  readonly clock: SandboxClock;
}

/** What everything inside one query needs to know about it. */
export interface QueryScope {
  readonly org: Searched;
  /** The whole text, for errors that point into it. */
  readonly soql: string;
  readonly object: OrgObject;
  /** The alias of the object in `FROM Contact c`; null: none. */
  readonly alias: string | null;
  readonly versionPath: string;
}

const advice = 'Please reference your WSDL or the describe call for the appropriate names.';

export const unknownColumn = ({ soql }: QueryScope, name: string, entity: string): RestError =>
  soqlError(
    soql,
    placeOf(soql, name),
    'INVALID_FIELD',
    `No such column '${name.split('.').at(-1) ?? name}' on entity '${entity}'. If you are attempting to use a custom field, be sure to append the '__c' after the custom field name. ${advice}`,
  );

export const unknownRelationship = ({ soql }: QueryScope, path: string, relationship: string): RestError =>
  soqlError(
    soql,
    placeOf(soql, path),
    'INVALID_FIELD',
    `Didn't understand relationship '${relationship}' in field path. If you are attempting to use a custom relationship, be sure to append the '__r' after the custom relationship name. ${advice}`,
  );

export const unknownChildren = ({ soql }: QueryScope, relationship: string): RestError =>
  soqlError(
    soql,
    placeOf(soql, relationship),
    'INVALID_TYPE',
    `Didn't understand relationship '${relationship}' in FROM part of query call. If you are attempting to use a custom relationship, be sure to append the '__r' after the custom relationship name. ${advice}`,
  );

/** A part of SOQL that Salesforce has and the sandbox does not play. */
export const notPlayed = ({ soql }: QueryScope, what: string): RestError =>
  soqlError(soql, placeOf(soql, what), 'MALFORMED_QUERY', `the sandbox does not play ${what}`);
