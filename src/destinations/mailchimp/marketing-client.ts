import { z } from 'zod';
import { pageSize, type MailchimpApi } from './api.js';
import { subscriberHash } from './client.js';

const campaignAnswer = z.object({
  id: z.string(),
  web_id: z.number().default(0),
  /** A status we do not know yet counts as one that is on its way. */
  status: z
    .enum(['save', 'paused', 'schedule', 'sending', 'sent', 'canceled', 'canceling', 'archived'])
    .catch('sending'),
  emails_sent: z.number().default(0),
  send_time: z.string().default(''),
  settings: z.object({ title: z.string().default('') }).default({ title: '' }),
  recipients: z.object({ recipient_count: z.number().default(0) }).default({ recipient_count: 0 }),
});
export type Campaign = z.infer<typeof campaignAnswer>;
const campaignsAnswer = z.object({ campaigns: z.array(campaignAnswer) });
const campaignFields = [
  'id',
  'web_id',
  'status',
  'emails_sent',
  'send_time',
  'settings.title',
  'recipients.recipient_count',
];
const listFields = campaignFields.map((field) => `campaigns.${field}`);

const checklistAnswer = z.object({
  is_ready: z.boolean(),
  items: z
    .array(z.object({ type: z.string(), heading: z.string().default(''), details: z.string().default('') }))
    .default([]),
});
export type Checklist = z.infer<typeof checklistAnswer>;

const eventsAnswer = z.object({
  events: z.array(z.object({ name: z.string(), properties: z.record(z.string(), z.unknown()).default({}) })),
});

export interface EventWrite {
  readonly name: string;
  readonly properties: Readonly<Record<string, string>>;
  readonly occurred_at?: string;
  readonly is_syncing?: boolean;
}

export interface CampaignWrite {
  readonly title: string;
  readonly subject: string;
  readonly previewText: string;
  readonly fromName: string;
  readonly replyTo: string;
  readonly templateId: number | null;
  /** A static segment; null: the whole audience. */
  readonly segmentId: number | null;
}

/** Campaigns, journeys, automations and events: what reaches people, and cannot simply be made again. */
export class MarketingClient {
  constructor(private readonly api: MailchimpApi) {}

  async addEvent(email: string, event: EventWrite): Promise<void> {
    const call = { operation: 'members.events.add', records: 1, repeatable: false };
    await this.api.run(call, (sdk, list) => sdk.lists.createListMemberEvent(list, subscriberHash(email), event));
  }

  /** Whether the member has an event with this property. */
  async hasEvent(email: string, property: string, value: string): Promise<boolean> {
    const events = await this.api.everything(async (offset) => {
      const page = { count: pageSize, offset };
      const call = { operation: 'members.events.list' };
      const send = this.api.ifThere(
        call,
        (sdk, list) => sdk.lists.getListMemberEvents(list, subscriberHash(email), page),
        eventsAnswer,
      );
      return (await send)?.events ?? [];
    });
    return events.some(({ properties }) => properties[property] === value);
  }

  /** Each call starts the journey once more. */
  async trigger(journeyId: number, stepId: number, email: string): Promise<void> {
    const call = { operation: 'journeys.trigger', records: 1, repeatable: false };
    await this.api.run(call, (sdk) => sdk.customerJourneys.trigger(journeyId, stepId, { email_address: email }));
  }

  /** Mailchimp itself refuses a second time. */
  async enqueue(workflowId: string, emailId: string, email: string): Promise<void> {
    const call = { operation: 'automations.queue', records: 1 };
    const body = { email_address: email };
    await this.api.run(call, (sdk) => sdk.automations.addWorkflowEmailSubscriber(workflowId, emailId, body));
  }

  /** The campaign whose title holds this text; null: there is none. */
  async findCampaign(text: string, madeSince: Date): Promise<Campaign | null> {
    const all = await this.campaigns({ since_create_time: madeSince.toISOString() });
    return all.find(({ settings }) => settings.title.includes(text)) ?? null;
  }

  campaigns(filter: {
    readonly since_create_time?: string;
    readonly since_send_time?: string;
    readonly status?: string;
  }): Promise<readonly Campaign[]> {
    return this.api.everything(async (offset) => {
      const options = { ...filter, list_id: this.api.listId, count: pageSize, offset, fields: listFields };
      const call = { operation: 'campaigns.list' };
      return (await this.api.read(call, (sdk) => sdk.campaigns.list(options), campaignsAnswer)).campaigns;
    });
  }

  campaign(id: string): Promise<Campaign | null> {
    const call = { operation: 'campaigns.get' };
    return this.api.ifThere(call, (sdk) => sdk.campaigns.get(id, { fields: campaignFields }), campaignAnswer);
  }

  createCampaign(write: CampaignWrite): Promise<Campaign> {
    const { segmentId, templateId } = write;
    const body = {
      type: 'regular',
      recipients: {
        list_id: this.api.listId,
        ...(segmentId === null ? {} : { segment_opts: { saved_segment_id: segmentId } }),
      },
      settings: {
        title: write.title,
        subject_line: write.subject,
        preview_text: write.previewText,
        from_name: write.fromName,
        reply_to: write.replyTo,
        ...(templateId === null ? {} : { template_id: templateId }),
      },
    };
    const call = { operation: 'campaigns.create', repeatable: false };
    return this.api.read(call, (sdk) => sdk.campaigns.create(body), campaignAnswer);
  }

  async setContent(id: string, content: object): Promise<void> {
    await this.api.run({ operation: 'campaigns.content' }, (sdk) => sdk.campaigns.setContent(id, content));
  }

  checklist(id: string): Promise<Checklist> {
    const call = { operation: 'campaigns.checklist' };
    return this.api.read(call, (sdk) => sdk.campaigns.getSendChecklist(id), checklistAnswer);
  }

  async sendTest(id: string, addresses: readonly string[]): Promise<void> {
    const body = { test_emails: addresses, send_type: 'html' };
    const call = { operation: 'campaigns.test', repeatable: false };
    await this.api.run(call, (sdk) => sdk.campaigns.sendTestEmail(id, body));
  }

  async send(id: string): Promise<void> {
    await this.api.run({ operation: 'campaigns.send', repeatable: false }, (sdk) => sdk.campaigns.send(id));
  }

  async schedule(id: string, at: Date): Promise<void> {
    const body = { schedule_time: at.toISOString() };
    const call = { operation: 'campaigns.schedule', repeatable: false };
    await this.api.run(call, (sdk) => sdk.campaigns.schedule(id, body));
  }

  async unschedule(id: string): Promise<void> {
    await this.api.run({ operation: 'campaigns.unschedule' }, (sdk) => sdk.campaigns.unschedule(id));
  }

  async cancelSend(id: string): Promise<void> {
    await this.api.run({ operation: 'campaigns.cancel' }, (sdk) => sdk.campaigns.cancelSend(id));
  }
}
