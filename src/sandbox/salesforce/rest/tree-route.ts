import { z } from 'zod';
import { saveRecord } from '../records/save-record.js';
import type { OrgObject } from '../schema/org-object.js';
import { mayDuplicate, objectOf, parseBody } from './read-request.js';
import { badRequest, unknownObject, type RestErrorEntry } from './rest-error.js';
import { created, type RestCall, type RestRoute } from './rest-route.js';

const treeRecord = z.looseObject({ attributes: z.looseObject({ type: z.string(), referenceId: z.string() }) });
type TreeRecord = z.infer<typeof treeRecord>;
const tree = z.object({ records: z.array(treeRecord) });
const children = z.object({ records: z.array(treeRecord) });
const most = 200;

interface Made {
  readonly referenceId: string;
  readonly id: string;
}
interface Refused {
  readonly referenceId: string;
  readonly errors: readonly unknown[];
}

/**
 * New records with their children, all or none.
 * @see https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_composite_sobject_tree.htm
 */
export const treeRoute: RestRoute = {
  method: 'POST',
  path: '/composite/tree/:object',
  handle: (call) => {
    const { records } = parseBody(tree, call);
    const made: Made[] = [];
    const refused: Refused[] = [];
    const work = (): void => {
      for (const record of records) plant(call, objectOf(call), record, null, made, refused);
    };
    call.org.transaction(work, () => refused.length === 0);
    if (made.length + refused.length > most) throw badRequest('LIMIT_EXCEEDED', `A tree holds at most ${most} records`);
    return refused.length === 0
      ? created({ hasErrors: false, results: made })
      : { status: 400, body: { hasErrors: true, results: refused } };
  },
};

function plant(
  call: RestCall,
  object: OrgObject,
  { attributes: { referenceId }, ...values }: TreeRecord,
  parent: Readonly<Record<string, string>> | null,
  made: Made[],
  refused: Refused[],
): void {
  const relationships = call.org.schema.childrenOf(object);
  const below = Object.entries(values).flatMap(([name, value]) => {
    const child = relationships.find((one) => one.name?.toLowerCase() === name.toLowerCase());
    const nested = children.safeParse(value);
    return child !== undefined && nested.success ? [{ name, child, records: nested.data.records }] : [];
  });
  const nestedNames = new Set(below.map(({ name }) => name));
  const own = Object.fromEntries(Object.entries(values).filter(([name]) => !nestedNames.has(name)));
  const options = { allowSave: mayDuplicate(call), versionPath: call.versionPath };
  const outcome = saveRecord(call.org, object, { ...own, ...parent }, null, options);
  if ('objection' in outcome) {
    refused.push({ referenceId, errors: [asRow(outcome.objection)] });
    return;
  }
  made.push({ referenceId, id: outcome.id });
  for (const { child, records } of below)
    for (const record of records) {
      if (record.attributes.type.toLowerCase() !== child.object.name.toLowerCase())
        throw unknownObject(record.attributes.type);
      plant(call, child.object, record, { [child.field.name]: outcome.id }, made, refused);
    }
}

const asRow = ({ errorCode, message, fields = [] }: RestErrorEntry): unknown => ({
  statusCode: errorCode,
  message,
  fields,
});
