import { z } from 'zod';
import type { RecordReference, RemoteFact } from '../../remote-fact.js';
import type { QueriedRow } from '../wire.js';
import { changedRows, momentOf, pageOf } from './changed-rows.js';
import { minuteMs, type SalesforceStream } from './history-stream.js';
import { whoFields, whoReference } from './people-of-rows.js';
import { flag, text } from './row-values.js';

const task = z.object({
  Id: z.string(),
  Subject: text,
  Status: text,
  TaskSubtype: text,
  IsClosed: flag,
  CreatedDate: text,
  CompletedDateTime: text,
  Description: text,
});
type Task = z.infer<typeof task>;

/** Calls and e-mails are logged as tasks that are done already. */
const namesOfSubtypes: Readonly<Record<string, string>> = { Call: 'call_logged', Email: 'email_logged' };

/** What our own actions leave says nothing new. */
const isOurs = ({ Description }: { readonly Description?: string | null | undefined }): boolean =>
  Description?.includes('[parley ') === true;

function factsOfTask(row: QueriedRow, object: string): readonly RemoteFact[] {
  const parsed = task.parse(row);
  const about = whoReference(object, row);
  if (about === null) return [];
  const logged = namesOfSubtypes[parsed.TaskSubtype ?? ''];
  const created = fact(logged ?? 'task_created', parsed, about, momentOf(parsed.CreatedDate));
  if (logged !== undefined || !parsed.IsClosed) return [created];
  return [created, fact('task_completed', parsed, about, momentOf(parsed.CompletedDateTime))];
}

const fact = (name: string, row: Task, about: RecordReference, occurredAt: Date | null): RemoteFact => ({
  kind: 'activity',
  name,
  about,
  occurredAt,
  dedupeKey: `${name}:${row.Id}:${about.remoteId ?? ''}`,
  own: isOurs(row),
  properties: {
    activityId: row.Id,
    ...(row.Subject == null ? {} : { title: row.Subject }),
    ...(row.Status == null ? {} : { status: row.Status }),
  },
});

export const tasksStream: SalesforceStream = {
  declaration: {
    id: 'tasks',
    title: 'Tasks',
    description: 'Tasks made and completed, calls and e-mails logged, for the person they are about.',
    scopes: ['Task: read'],
    incremental: true,
    everyMs: 30 * minuteMs,
  },
  pull: async ({ client }, request) => {
    const page = await changedRows(client, request, {
      object: 'Task',
      fields: [...Object.keys(task.shape).filter((name) => name !== 'Id'), ...whoFields(request.object)],
      where: 'WhoId != null',
      pageSize: 200,
    });
    return { ...pageOf(page), facts: page.rows.flatMap((row) => factsOfTask(row, request.object)) };
  },
};

const event = z.object({
  Id: z.string(),
  Subject: text,
  Location: text,
  StartDateTime: text,
  Description: text,
});

export const eventsStream: SalesforceStream = {
  declaration: {
    id: 'events',
    title: 'Calendar events',
    description: 'Meetings with the person that stand in somebody’s calendar.',
    scopes: ['Event: read'],
    incremental: true,
    everyMs: 30 * minuteMs,
  },
  pull: async ({ client }, request) => {
    const page = await changedRows(client, request, {
      object: 'Event',
      fields: [...Object.keys(event.shape).filter((name) => name !== 'Id'), ...whoFields(request.object)],
      where: 'WhoId != null',
      pageSize: 200,
    });
    const facts = page.rows.flatMap((row): RemoteFact[] => {
      const parsed = event.parse(row);
      const about = whoReference(request.object, row);
      const startsAt = momentOf(parsed.StartDateTime);
      if (about === null) return [];
      return [
        {
          kind: 'activity',
          name: 'meeting_logged',
          about,
          // A meeting of next week has not happened yet; what has happened is that it was put down.
          occurredAt: startsAt !== null && startsAt <= client.context.now() ? startsAt : momentOf(row.SystemModstamp),
          dedupeKey: `meeting_logged:${parsed.Id}:${about.remoteId ?? ''}`,
          own: isOurs(parsed),
          properties: {
            activityId: parsed.Id,
            ...(parsed.Subject == null ? {} : { title: parsed.Subject }),
            ...(parsed.Location == null ? {} : { location: parsed.Location }),
            ...(startsAt === null ? {} : { startsAt: startsAt.toISOString() }),
          },
        },
      ];
    });
    return { ...pageOf(page), facts };
  },
};
