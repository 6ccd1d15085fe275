import { z } from 'zod';
import { UnparsableBody } from '../../emulator.js';
import type { OrgObject } from '../schema/org-object.js';
import { notFound, RestError } from './rest-error.js';
import type { RestCall } from './rest-route.js';

const recordBody = z.record(z.string(), z.unknown());

/** The JSON object of a request. @throws RestError JSON_PARSER_ERROR */
export function readBody({ body }: RestCall): Readonly<Record<string, unknown>> {
  const parsed = recordBody.safeParse(body);
  if (parsed.success) return parsed.data;
  const message =
    body instanceof UnparsableBody ? `${body.reason} at [line:1, column:1]` : 'The HTTP entity body is required';
  throw new RestError(400, { errorCode: 'JSON_PARSER_ERROR', message });
}

/** The caller accepts that the record looks like another one: alert rules pass, block rules do not. */
export const mayDuplicate = ({ header }: RestCall): boolean =>
  /\ballowSave\s*=\s*true\b/i.test(header('sforce-duplicate-rule-header'));

/** The object a path names. @throws RestError 404 when there is none that the user may read */
export function objectOf({ org, params }: RestCall): OrgObject {
  const object = org.schema.readableByName(params.object ?? '');
  if (object === undefined) throw notFound();
  return object;
}

/** What a route needs of its body, or Salesforce's complaint about it. @throws RestError JSON_PARSER_ERROR */
export function parseBody<T>(schema: z.ZodType<T>, call: RestCall): T {
  const parsed = schema.safeParse(readBody(call));
  if (parsed.success) return parsed.data;
  throw new RestError(400, {
    errorCode: 'JSON_PARSER_ERROR',
    message: `Unexpected parameter encountered during deserialization: ${z.prettifyError(parsed.error)}`,
  });
}
