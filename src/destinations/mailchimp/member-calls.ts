import type { MailchimpClient } from './client.js';

/** The calls an upsert makes about members: one request each, or together through a bulk job. */
export type MemberCalls = Pick<
  MailchimpClient,
  'batch' | 'member' | 'put' | 'patch' | 'tags' | 'changeSegment' | 'complainedAt'
>;
