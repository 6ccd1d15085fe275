import { z } from 'zod';
import type { PullPage, RemoteFact } from '../../remote-fact.js';
import { allForms, type Form, pageOfSubmissions, type Submission } from '../api/marketing.js';
import { type HubspotStream, newSpan, readCursor, spanSchema, watermarkOf } from './stream.js';

const cursorSchema = z.object({
  span: spanSchema,
  /** Still to be read, the present one first. */
  forms: z.array(z.object({ id: z.string(), name: z.string() })),
  after: z.string().nullable(),
});

export const formSubmissionsStream: HubspotStream = {
  declaration: {
    id: 'form_submissions',
    title: 'Forms',
    description: 'HubSpot forms that people have submitted with their e-mail address.',
    scopes: ['forms'],
    incremental: true,
    everyMs: 30 * 60_000,
  },
  async pull(account, request): Promise<PullPage> {
    const { span, forms, after } =
      request.cursor === null
        ? { span: newSpan(request, account.context.now()), forms: await allForms(account.client), after: null }
        : readCursor(cursorSchema, request.cursor);
    const [form, ...others] = forms;
    const end = { cursor: null, watermark: watermarkOf(span), total: null };
    if (form === undefined) return { facts: [], done: 0, ...end };
    const { results, paging } = await pageOfSubmissions(account.client, form.id, after);
    const sinceMs = span.since === null ? 0 : Date.parse(span.since);
    const wanted = results.filter(({ submittedAt }) => submittedAt >= sinceMs);
    // Newest first: an older one means that all that follow are older too.
    const isRead = paging === null || wanted.length < results.length;
    const left = isRead ? others : forms;
    return {
      ...end,
      facts: wanted.flatMap((submission) => toFacts(form, submission)),
      cursor:
        left.length === 0
          ? null
          : { span: { ...span }, forms: left.map((one) => ({ ...one })), after: isRead ? null : paging },
      done: wanted.length,
    };
  },
};

function toFacts(form: Form, { conversionId, submittedAt, pageUrl, values }: Submission): RemoteFact[] {
  const email =
    values
      .find(({ name }) => name === 'email')
      ?.value.trim()
      .toLowerCase() ?? '';
  if (email === '') return [];
  return [
    {
      kind: 'activity',
      name: 'form_submitted',
      about: { object: 'contacts', remoteId: null, email, phone: null },
      occurredAt: new Date(submittedAt),
      dedupeKey: `form_submitted:${form.id}:${conversionId ?? `${String(submittedAt)}:${email}`}`,
      own: false,
      properties: { formId: form.id, form: form.name, ...(pageUrl === null ? {} : { pageUrl }) },
    },
  ];
}
