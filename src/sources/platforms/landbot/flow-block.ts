import type { IncomingEvent } from '../../../events/incoming-event.js';
import { attributeKey } from '../../../profiles/attribute-key.js';
import { isUnrenderedVariable } from '../../../profiles/no-value.js';
import { authoredEvent, subscriberIdentity } from '../../authored-event.js';
import { readAuthorFields } from '../../author-fields.js';
import type { HookRequest, SourceContext } from '../../chat-platform.js';
import { UnreadableBodyError } from '../../chat-platform.js';
import { idOf, objectField } from '../../json-fields.js';
import type { JsonObject, JsonValue } from '../../read-json.js';
import { readCustomer } from './read-customer.js';
import type { LandbotSettings } from './settings.js';

type Field = readonly [name: string, value: JsonValue];

/** Names under which authors send the system variable `id`; by `attributeKey`. The first that has a value counts. */
const idNames = ['customerId', 'landbotCustomerId', 'id', 'userId'];

/** The Webhook block of a flow: a body that its author typed, with `@variables` in it. */
export function parseFlowBlock(
  root: JsonObject,
  notes: readonly string[],
  request: HookRequest,
  source: SourceContext<LandbotSettings>,
): IncomingEvent[] {
  const { key, settings } = source;
  const fields = fieldsOf(root, settings.atSignMeansEmpty);
  const author = readAuthorFields(fields, request, settings);
  const channel = author.channel ?? (settings.channel === 'auto' ? null : settings.channel);
  const ownFields = author.others.filter(([name]) => !idNames.includes(attributeKey(name)));
  const customer = readCustomer(ownFields, channel);
  const event = authoredEvent(
    {
      ...customer,
      author,
      subscribers: subscriberIdentity(key, 'contact', contactId(fields)),
      channel,
      text: author.text,
      notes,
    },
    settings,
  );
  if (event === null) throw nobody();
  return [event];
}

function nobody(): UnreadableBodyError {
  return new UnreadableBodyError(
    'The body names nobody: no customer_id, no e-mail address, no phone number. Add "customer_id": "@id" to the Webhook block’s body.',
  );
}

/** The author's fields, with those of a `customer` object (if the author made one) beside them. */
function fieldsOf(root: JsonObject, atSignMeansEmpty: boolean): Field[] {
  const customer = objectField(root, 'customer');
  const own = Object.entries(root).filter(([name]) => customer === null || name !== 'customer');
  const all = [...own, ...Object.entries(customer ?? {})];
  return atSignMeansEmpty ? all.filter(([, value]) => !isUnrenderedVariable(value)) : all;
}

/** Of two fields of one name the later counts, which is the customer object's; one without a value takes nothing away. */
function contactId(fields: readonly Field[]): string | null {
  const byName = new Map<string, string>();
  for (const [name, value] of fields) {
    // However the author wants such texts to be read: it would be one person for all.
    const id = isUnrenderedVariable(value) ? null : idOf(value);
    if (id !== null) byName.set(attributeKey(name), id);
  }
  return idNames.map((name) => byName.get(name)).find((id) => id !== undefined) ?? null;
}
