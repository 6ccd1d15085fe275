import type { Purpose } from '../../../consent/consent.js';
import type { AttributeType } from '../../../profiles/attribute.js';

/** What becomes of one field of ManyChat's contact. */
export type FieldRule =
  | { readonly as: 'attribute'; readonly key: string; readonly label: string; readonly type?: AttributeType }
  /** An id of the person on one channel; a namespace of its own. */
  | { readonly as: 'identity'; readonly identifies: string }
  | { readonly as: 'consent'; readonly purpose: Purpose }
  | { readonly as: 'property'; readonly name: string }
  /** Technical, or read elsewhere. */
  | { readonly as: 'nothing' };

const attribute = (key: string, label: string, type?: AttributeType): FieldRule =>
  type === undefined ? { as: 'attribute', key, label } : { as: 'attribute', key, label, type };
const nothing: FieldRule = { as: 'nothing' };

/**
 * The fields of Full Contact Data. A field that is not here was added by the flow's author and becomes an attribute.
 * Clocks that move with every message and picture links that expire are no attributes: each message would reach the CRM.
 *
 * @see https://manychat.github.io/dynamic_block_docs/
 */
export const contactFields: ReadonlyMap<string, FieldRule> = new Map<string, FieldRule>([
  ['first_name', attribute('firstName', 'First name', 'string')],
  ['last_name', attribute('lastName', 'Last name', 'string')],
  ['name', attribute('fullName', 'Name', 'string')],
  ['email', attribute('email', 'Email')],
  ['phone', attribute('phone', 'Phone')],
  ['whatsapp_phone', attribute('whatsappPhone', 'WhatsApp phone')],
  ['gender', attribute('gender', 'Gender', 'string')],
  ['language', attribute('language', 'Language', 'string')],
  ['locale', attribute('locale', 'Locale', 'string')],
  ['timezone', attribute('timezone', 'Time zone', 'string')],
  ['ig_username', attribute('instagramUsername', 'Instagram username', 'string')],
  ['whatsapp_username', attribute('whatsappUsername', 'WhatsApp username', 'string')],
  ['tt_username', attribute('tiktokUsername', 'TikTok username', 'string')],
  ['live_chat_url', attribute('liveChatUrl', 'Live chat', 'string')],
  ['subscribed', attribute('subscribedAt', 'Subscribed at', 'datetime')],
  ['ig_id', { as: 'identity', identifies: 'instagram' }],
  ['whatsapp_bsuid', { as: 'identity', identifies: 'whatsapp' }],
  ['tt_user_id', { as: 'identity', identifies: 'tiktok' }],
  ['optin_email', { as: 'consent', purpose: 'email' }],
  ['optin_phone', { as: 'consent', purpose: 'sms' }],
  ['optin_whatsapp', { as: 'consent', purpose: 'whatsapp' }],
  ['page_id', { as: 'property', name: 'pageId' }],
  ['status', { as: 'property', name: 'contactStatus' }],
  ['last_growth_tool', { as: 'property', name: 'lastGrowthTool' }],
  ...[
    'id',
    'key',
    'contact_id',
    'subscriber_id',
    'manychat_id',
    'user_id',
    'custom_fields',
    'last_input_text',
    'user_refs',
  ].map((name) => [name, nothing] as const),
  ...[
    'last_interaction',
    'last_seen',
    'ig_last_interaction',
    'ig_last_seen',
    'profile_pic',
    'is_followup_enabled',
    'tt_optin',
  ].map((name) => [name, nothing] as const),
  ['phone_country_code', nothing],
]);
