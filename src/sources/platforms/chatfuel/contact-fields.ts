import type { AttributeType } from '../../../profiles/attribute.js';

/** What becomes of one field of Chatfuel's profile. */
export type FieldRule =
  | { readonly as: 'attribute'; readonly key: string; readonly label: string; readonly type?: AttributeType }
  /** An id of the person; a namespace of its own. */
  | { readonly as: 'identity'; readonly identifies: string }
  | { readonly as: 'property'; readonly name: string }
  /** Technical, or read elsewhere. */
  | { readonly as: 'nothing' };

const attribute = (key: string, label: string, type?: AttributeType): FieldRule =>
  type === undefined ? { as: 'attribute', key, label } : { as: 'attribute', key, label, type };
const nothing: FieldRule = { as: 'nothing' };

/**
 * The fields of Chatfuel's full profile, by their names with single blanks in lower case (`messenger_user_id` is the same). All others are
 * the bot's own attributes. Clocks that move with every message are no attributes: each message would reach the CRM.
 *
 * @see https://github.com/chatfuel-lab/chatfuel-json-api-examples
 */
export const contactFields: ReadonlyMap<string, FieldRule> = new Map<string, FieldRule>([
  ['messenger user id', { as: 'identity', identifies: 'contact' }],
  ['chatfuel user id', { as: 'identity', identifies: 'chatfuel' }],
  ['instagram user id', { as: 'identity', identifies: 'instagram' }],
  ['first name', attribute('firstName', 'First name', 'string')],
  ['middle name', attribute('middleName', 'Middle name', 'string')],
  ['last name', attribute('lastName', 'Last name', 'string')],
  ['gender', attribute('gender', 'Gender', 'string')],
  ['locale', attribute('locale', 'Locale', 'string')],
  ['timezone', attribute('timezone', 'Time zone', 'string')],
  ['phone', attribute('phone', 'Phone')],
  ['phone number', attribute('phone', 'Phone')],
  ['email', attribute('email', 'Email')],
  ['signed up', attribute('signedUpAt', 'Signed up', 'datetime')],
  ['original source', attribute('originalSource', 'Original source', 'string')],
  ['original ref', attribute('originalRef', 'Original ref', 'string')],
  ['source', { as: 'property', name: 'source' }],
  ['ref', { as: 'property', name: 'ref' }],
  ['last clicked button name', { as: 'property', name: 'buttonName' }],
  ['last visited block id', { as: 'property', name: 'blockId' }],
  ['last visited block name', { as: 'property', name: 'blockName' }],
  ...[
    'internal user id', 'profile pic url', 'last seen', 'last action date', 'modified date', 'sessions', 'refs',
    'last user freeform input', 'eu restricted', 'guest', 'available outside 24h window', 'custom audience ids', 'otn purposes',
    'notification message topics', 'custom attributes',
  ].map((name) => [name, nothing] as const), // prettier-ignore
]);
