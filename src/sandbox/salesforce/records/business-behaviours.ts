import type { Org } from '../org.js';
import { stages } from '../schema/business-objects.js';
import { salesforceTime } from './incoming-value.js';
import { removeWith, textOf, type Behaviour, type Changes } from './behaviour.js';
import type { StoredRecord } from './record-table.js';

export const opportunity: Behaviour = {
  derive: (_org, record, before) => {
    const stage = stages.find(({ name }) => name === record.StageName);
    if (stage === undefined) return { IsClosed: false, IsWon: false };
    const moved = before?.StageName !== record.StageName && before?.Probability === record.Probability;
    const probability = moved || record.Probability === undefined ? { Probability: stage.probability } : {};
    return { IsClosed: stage.closed, IsWon: stage.won, ...probability };
  },
  /** `ContactId` is a short way to name the primary contact. */
  afterSave: (org, record, before) => {
    if (before !== null || record.ContactId === undefined) return;
    const roles = org.schema.any('OpportunityContactRole');
    const values = { OpportunityId: record.Id, ContactId: record.ContactId, IsPrimary: true };
    org.put(roles, { ...org.blank(roles), ...values, ...org.stamps(null), Id: org.newId(roles.keyPrefix) }, null);
  },
  afterDelete: (org, record) => removeWith(org, record, { OpportunityContactRole: 'OpportunityId' }),
};

/** Only one contact is an opportunity's primary one. */
export const contactRole: Behaviour = {
  afterSave: (org, record) => {
    if (record.IsPrimary !== true) return;
    for (const other of org.related('OpportunityContactRole', 'OpportunityId', textOf(record, 'OpportunityId')))
      if (other.Id !== record.Id && other.IsPrimary === true)
        org.put(org.schema.any('OpportunityContactRole'), { ...other, IsPrimary: false, ...org.stamps(other) }, other);
  },
};

export const serviceCase: Behaviour = {
  derive: (org, record, before) => ({
    CaseNumber: before?.CaseNumber ?? String(1_000 + org.schema.any('Case').table.size).padStart(8, '0'),
    AccountId: record.AccountId ?? accountOf(org, textOf(record, 'ContactId')),
    IsClosed: record.Status === 'Closed',
    ClosedDate: record.Status === 'Closed' ? (before?.ClosedDate ?? salesforceTime(org.clock.now())) : null,
  }),
};

export const task: Behaviour = {
  derive: (org, record, before) => ({
    ...accountOfActivity(org, record),
    IsClosed: record.Status === 'Completed',
    IsHighPriority: record.Priority === 'High',
    CompletedDateTime:
      record.Status === 'Completed' ? (before?.CompletedDateTime ?? salesforceTime(org.clock.now())) : null,
  }),
};

/** An event needs a start, and an end or a duration. */
export const event: Behaviour = {
  derive: (org, record) => {
    const start = record.StartDateTime ?? record.ActivityDateTime;
    const minutes = record.DurationInMinutes ?? minutesBetween(start, record.EndDateTime);
    const times: Changes =
      start === undefined
        ? {}
        : {
            StartDateTime: start,
            ActivityDateTime: start,
            ActivityDate: String(start).slice(0, 10),
            ...(minutes === undefined
              ? {}
              : { DurationInMinutes: minutes, EndDateTime: later(String(start), Number(minutes)) }),
          };
    return { ...accountOfActivity(org, record), ...times };
  },
  object: (_org, record) => {
    if (record.IsAllDayEvent === true && record.ActivityDate !== undefined) return null;
    const missing = ['ActivityDateTime', 'DurationInMinutes'].filter((name) => record[name] === undefined);
    if (missing.length === 0) return null;
    const message = `Required fields are missing: [${missing.join(', ')}]`;
    return { errorCode: 'REQUIRED_FIELD_MISSING', message, fields: missing };
  },
};

const instant = (time: unknown): number => Date.parse(String(time).replace('+0000', 'Z'));
const later = (start: string, minutes: number): string => salesforceTime(new Date(instant(start) + minutes * 60_000));
const minutesBetween = (start: unknown, end: unknown): number | undefined =>
  start === undefined || end === undefined ? undefined : Math.round((instant(end) - instant(start)) / 60_000);

function accountOf(org: Org, contactId: string): string | null {
  const accountId = org.schema.any('Contact').table.get(contactId)?.AccountId;
  return accountId === undefined ? null : String(accountId);
}

function accountOfActivity(org: Org, record: StoredRecord): Changes {
  const what = textOf(record, 'WhatId');
  const related = org.schema.ofId(what)?.table.get(what)?.AccountId;
  if (what.startsWith('001')) return { AccountId: what };
  return { AccountId: related ?? accountOf(org, textOf(record, 'WhoId')) };
}
