import { randomBytes } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { parseBody } from './bodies.js';
import { campaignSchema, campaignSettingsSchema, type Campaign, type Template } from './marketing-state.js';
import type { PostOffice } from './post-office.js';
import { mailchimpTime, onlyFields } from './present.js';
import { problems } from './problem.js';
import { pageQuery } from './queries.js';
import type { Account } from './account-in-routes.js';

const conditionSchema = z.looseObject({
  condition_type: z.string(),
  op: z.string(),
  value: z.union([z.int(), z.string()]),
});
const segmentOpts = z.object({
  saved_segment_id: z.int().optional(),
  match: z.enum(['any', 'all']).optional(),
  conditions: z.array(conditionSchema).optional(),
});
const createBody = z.object({
  type: z.enum(['regular', 'plaintext']),
  recipients: z.object({ list_id: z.string(), segment_opts: segmentOpts.optional() }).optional(),
  settings: campaignSettingsSchema.partial().default({}),
});
const contentBody = z.object({
  html: z.string().optional(),
  plain_text: z.string().optional(),
  template: z.object({ id: z.int(), sections: z.record(z.string(), z.string()).default({}) }).optional(),
});
const testBody = z.object({ test_emails: z.array(z.string()).min(1), send_type: z.enum(['html', 'plaintext']) });
const scheduleBody = z.object({ schedule_time: z.string() });
const listQuery = pageQuery.extend({
  list_id: z.string().optional(),
  status: z.enum(['save', 'paused', 'schedule', 'sending', 'sent', 'canceled', 'canceling', 'archived']).optional(),
  since_create_time: z.string().optional(),
  since_send_time: z.string().optional(),
  sort_dir: z.enum(['ASC', 'DESC']).default('DESC'),
});

interface InCampaign {
  Params: { campaign: string };
}

/** Campaigns from their making to their sending, and templates. */
export function registerCampaignRoutes(app: FastifyInstance, account: Account, office: PostOffice): void {
  app.get('/campaigns', (request) => {
    const query = listQuery.parse(request.query);
    const all = listed(account.facts().campaigns, query);
    const page = all.slice(query.offset, query.offset + query.count).map((one) => campaignAnswer(account, office, one));
    return onlyFields({ campaigns: page, total_items: all.length, _links: [] }, query.fields);
  });
  app.post('/campaigns', (request) => {
    const { type, recipients, settings } = parseBody(createBody, request.body);
    const list_id = recipients?.list_id ?? account.audiences()[0]?.settings.id ?? '';
    account.audience(list_id);
    const campaign = campaignSchema.parse({
      id: randomBytes(5).toString('hex'),
      web_id: account.nextId(),
      type,
      create_time: account.now(),
      list_id,
      segment_id: segmentOf(recipients?.segment_opts),
      settings,
    });
    account.facts().campaigns.push(campaign);
    return campaignAnswer(account, office, campaign);
  });
  app.get<InCampaign>('/campaigns/:campaign', (request) =>
    onlyFields(
      campaignAnswer(account, office, found(account, request.params.campaign)),
      pageQuery.parse(request.query).fields,
    ),
  );
  app.delete<InCampaign>('/campaigns/:campaign', (request, reply) => {
    const campaign = found(account, request.params.campaign);
    if (campaign.status === 'sending') throw problems.stateForbids('A sending campaign cannot be deleted.');
    const { campaigns } = account.facts();
    campaigns.splice(campaigns.indexOf(campaign), 1);
    return reply.code(204).send();
  });
  app.put<InCampaign>('/campaigns/:campaign/content', (request) => {
    const campaign = editable(account, request.params.campaign);
    const { html, plain_text, template } = parseBody(contentBody, request.body);
    const rendered = template === undefined ? html : fromTemplate(account.facts().templates, template);
    Object.assign(campaign, { html: rendered ?? campaign.html, plain_text: plain_text ?? campaign.plain_text });
    return contentAnswer(campaign);
  });
  app.get<InCampaign>('/campaigns/:campaign/content', (request) =>
    contentAnswer(found(account, request.params.campaign)),
  );
  app.get<InCampaign>('/campaigns/:campaign/send-checklist', (request) =>
    checklist(found(account, request.params.campaign), office),
  );
  registerSending(app, account, office);
  app.get('/templates', (request) => {
    const { offset, count } = pageQuery.parse(request.query);
    const all = account.facts().templates;
    return { templates: all.slice(offset, offset + count).map(templateAnswer), total_items: all.length, _links: [] };
  });
}

function registerSending(app: FastifyInstance, account: Account, office: PostOffice): void {
  app.post<InCampaign>('/campaigns/:campaign/actions/test', (request, reply) => {
    office.test(found(account, request.params.campaign), parseBody(testBody, request.body).test_emails);
    return reply.code(204).send();
  });
  app.post<InCampaign>('/campaigns/:campaign/actions/send', (request, reply) => {
    const campaign = editable(account, request.params.campaign);
    if (!checklist(campaign, office).is_ready) throw problems.badRequest('Your Campaign is not ready to send.');
    office.send(campaign);
    return reply.code(204).send();
  });
  app.post<InCampaign>('/campaigns/:campaign/actions/schedule', (request, reply) => {
    const campaign = editable(account, request.params.campaign);
    const at = new Date(parseBody(scheduleBody, request.body).schedule_time);
    const isQuarter = at.getUTCMinutes() % 15 === 0 && at.getUTCSeconds() === 0;
    if (!checklist(campaign, office).is_ready || !isQuarter || at.getTime() <= Date.parse(account.now()))
      throw problems.badRequest('This campaign cannot be scheduled: .');
    Object.assign(campaign, { status: 'schedule', due_at: mailchimpTime(at) });
    return reply.code(204).send();
  });
  app.post<InCampaign>('/campaigns/:campaign/actions/unschedule', (request, reply) => {
    const campaign = found(account, request.params.campaign);
    if (campaign.status !== 'schedule') throw problems.badRequest('This campaign is not scheduled.');
    Object.assign(campaign, { status: 'save', due_at: '' });
    return reply.code(204).send();
  });
  app.post<InCampaign>('/campaigns/:campaign/actions/cancel-send', (request, reply) => {
    const campaign = found(account, request.params.campaign);
    if (campaign.status !== 'sending') throw problems.badRequest('This campaign cannot be canceled.');
    Object.assign(campaign, { status: 'canceled', due_at: '' });
    return reply.code(204).send();
  });
}

function listed(campaigns: readonly Campaign[], query: z.infer<typeof listQuery>): Campaign[] {
  const since = (from: string | undefined, at: string): boolean =>
    from === undefined || (at !== '' && Date.parse(at) >= Date.parse(from));
  const matching = campaigns.filter(
    ({ list_id, status, create_time, send_time }) =>
      (query.list_id === undefined || list_id === query.list_id) &&
      (query.status === undefined || status === query.status) &&
      since(query.since_create_time, create_time) &&
      since(query.since_send_time, send_time),
  );
  return query.sort_dir === 'ASC' ? matching : matching.reverse();
}

function segmentOf(options: z.infer<typeof segmentOpts> | undefined): number | null {
  if (options === undefined) return null;
  if (options.saved_segment_id !== undefined) return options.saved_segment_id;
  const condition = options.conditions?.find(({ condition_type: type }) => type === 'StaticSegment');
  return condition === undefined ? null : Number(condition.value);
}

function found(account: Account, id: string): Campaign {
  const campaign = account.facts().campaigns.find((candidate) => candidate.id === id);
  if (!campaign) throw problems.notFound();
  return campaign;
}

function editable(account: Account, id: string): Campaign {
  const campaign = found(account, id);
  if (campaign.status === 'save') return campaign;
  throw problems.badRequest(`This campaign has the status "${campaign.status}" and cannot be changed or sent.`);
}

/** A section's content takes the place of what the template has between its tags. */
function fromTemplate(
  templates: readonly Template[],
  { id, sections }: { readonly id: number; readonly sections: Readonly<Record<string, string>> },
): string {
  const template = templates.find((candidate) => candidate.id === id);
  if (!template) throw problems.badRequest('The template does not exist.');
  return Object.entries(sections).reduce(
    (html, [name, content]) =>
      html.replace(
        new RegExp(`(<(\\w+)[^>]*mc:edit="${name.replace(/\W/g, '\\$&')}"[^>]*>)[\\s\\S]*?(</\\2>)`),
        (_all, open: string, _tag: string, close: string) => `${open}${content}${close}`,
      ),
    template.html,
  );
}

function checklist(campaign: Campaign, office: PostOffice) {
  const { settings, html, plain_text } = campaign;
  const checks = [
    [501, 'Recipients', office.recipients(campaign).length > 0, 'Nobody would get this campaign.'],
    [502, 'Subject line', settings.subject_line !== '', 'Add a subject line.'],
    [
      503,
      'Replies',
      settings.reply_to.includes('@') && settings.from_name !== '',
      'Add a from name and reply-to address.',
    ],
    [504, 'Content', html !== '' || plain_text !== '', 'Add content to your campaign.'],
  ] as const;
  const items = checks.map(([id, heading, isFine, details]) => ({
    type: isFine ? 'success' : 'error',
    id,
    heading,
    details: isFine ? 'Looks good.' : details,
  }));
  return { is_ready: items.every(({ type }) => type === 'success'), items, _links: [] };
}

const contentAnswer = ({ html, plain_text }: Campaign) => ({ html, plain_text, archive_html: html, _links: [] });

const templateAnswer = ({ id, name, date_created }: Template) => ({
  id,
  type: 'user',
  name,
  drag_and_drop: false,
  responsive: true,
  category: '',
  date_created,
  date_edited: date_created,
  created_by: 'Parley sandbox',
  edited_by: 'Parley sandbox',
  active: true,
  folder_id: '',
  thumbnail: '',
  share_url: '',
  content_type: 'html',
  _links: [],
});

function campaignAnswer(account: Account, office: PostOffice, campaign: Campaign): Record<string, unknown> {
  const audience = account.audience(campaign.list_id);
  const { id, web_id, type, create_time, status, emails_sent, send_time, segment_id, settings } = campaign;
  const segment =
    segment_id === null ? {} : { segment_opts: { saved_segment_id: segment_id, match: 'any', conditions: [] } };
  return {
    id,
    web_id,
    type,
    create_time,
    archive_url: '',
    long_archive_url: '',
    status,
    emails_sent,
    send_time,
    content_type: settings.template_id > 0 ? 'template' : 'html',
    needs_block_refresh: false,
    resendable: status === 'sent',
    recipients: {
      list_id: campaign.list_id,
      list_is_active: true,
      list_name: audience.settings.name,
      segment_text: segment_id === null ? '' : audience.tagName(segment_id),
      recipient_count: office.recipients(campaign).length,
      ...segment,
    },
    settings: { ...settings, use_conversation: false, authenticate: true, auto_footer: false, inline_css: false },
    tracking: { opens: true, html_clicks: true, text_clicks: false, goal_tracking: false, ecomm360: false },
    delivery_status: { enabled: false },
    _links: [],
  };
}
