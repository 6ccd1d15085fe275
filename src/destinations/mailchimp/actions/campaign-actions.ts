import { DeliveryError } from '../../delivery-error.js';
import type { ActionDone } from '../../action.js';
import type { Campaign } from '../marketing-client.js';
import { done, eachRun, type ActionTools, type Run } from './action.js';
import { cancelInput, sendInput, testInput, type Letter, type SendInput } from './campaign-inputs.js';

const plain = { subject: 'account', scopes: [], batchSize: 1 } as const;

/** Statuses of a campaign that will go out, or has. */
const onItsWay: ReadonlySet<Campaign['status']> = new Set(['schedule', 'sending', 'sent']);
/** Our clock and Mailchimp's may differ. */
const clockSkewMs = 60 * 60_000;

export const sendCampaign = eachRun(
  {
    ...plain,
    id: 'campaign.send',
    title: 'Send a campaign',
    description:
      'A campaign is made for a segment, checked, tested if you wish, and sent or scheduled. Mailchimp mails subscribed contacts only.',
    input: sendInput,
    nature: 'checkable',
    // It is about a segment, not a person: Mailchimp itself leaves out everybody who is not subscribed.
    consent: null,
  },
  {
    one: async (tools, run) => {
      const found = await find(tools, run);
      if (found !== null && found.status !== 'save') return doneWith(run, found, true);
      const campaign = found ?? (await create(tools, run));
      try {
        await fill(tools, campaign, run.input);
        await test(tools, campaign, run.input);
        await sendOrSchedule(tools, campaign, run.input);
      } catch (error) {
        if (!(error instanceof DeliveryError) || error.kind !== 'rejected') throw error;
        // Refused because an attempt before this one had its way after all, which the listing did not show yet.
        const now = await tools.marketing.campaign(campaign.id);
        if (now === null || !onItsWay.has(now.status)) throw error;
        return doneWith(run, now, true);
      }
      return doneWith(run, (await tools.marketing.campaign(campaign.id)) ?? campaign, false);
    },
    find: async (tools, run) => {
      const campaign = await find(tools, run);
      const isDone = campaign !== null && onItsWay.has(campaign.status);
      return isDone ? doneWith(run, campaign, true) : { runId: run.runId, status: 'not_done' };
    },
  },
);

export const testCampaign = eachRun(
  {
    ...plain,
    id: 'campaign.test',
    title: 'Test a campaign',
    description:
      'A campaign is made for a segment and checked, and a test of it is mailed to the addresses you give. It stays a draft at Mailchimp.',
    input: testInput,
    // A lost answer costs the testers a second copy at most: the draft is found again.
    nature: 'repeatable',
    consent: null,
  },
  {
    one: async (tools, run) => {
      const campaign = (await find(tools, run)) ?? (await create(tools, run));
      await fill(tools, campaign, run.input);
      await test(tools, campaign, run.input);
      return doneWith(run, campaign, false);
    },
  },
);

/** The run is part of the title: the only place that the API lists and people can see. */
const markOf = ({ runId }: { readonly runId: string }): string => `(Parley ${runId})`;

const find = ({ marketing }: ActionTools, run: Run<unknown>): Promise<Campaign | null> =>
  marketing.findCampaign(markOf(run), new Date(run.plannedAt.getTime() - clockSkewMs));

async function create({ audience, marketing, segments }: ActionTools, run: Run<Letter>): Promise<Campaign> {
  const { segment: name, subject, previewText, fromName, replyTo, title, templateId } = run.input;
  const segment = name === '' ? null : await segments.find(name);
  if (name !== '' && segment === null)
    throw new DeliveryError('rejected', `The audience has no static segment or tag "${name}"`, {
      code: 'no_such_segment',
    });
  const defaults = fromName !== '' && replyTo !== '' ? null : (await audience.audience()).campaign_defaults;
  return marketing.createCampaign({
    title: `${title} ${markOf(run)}`,
    subject,
    previewText,
    fromName: fromName === '' ? (defaults?.from_name ?? '') : fromName,
    replyTo: replyTo === '' ? (defaults?.from_email ?? '') : replyTo,
    templateId: templateId === '' ? null : Number(templateId),
    segmentId: segment?.id ?? null,
  });
}

/** Content, and the checklist that says more than the refusal to send would. */
async function fill({ marketing }: ActionTools, { id }: Campaign, input: Letter): Promise<void> {
  const { html, templateId, sections } = input;
  await marketing.setContent(id, html === '' ? { template: { id: Number(templateId), sections } } : { html });
  const { is_ready, items } = await marketing.checklist(id);
  if (!is_ready) {
    const faults = items.filter(({ type }) => type === 'error').map(({ heading, details }) => `${heading}: ${details}`);
    throw new DeliveryError('rejected', `Mailchimp will not send the campaign. ${faults.join(' ')}`, {
      code: 'not_ready',
    });
  }
}

async function test(
  { marketing }: ActionTools,
  { id }: Campaign,
  { testTo }: { readonly testTo: readonly string[] },
): Promise<void> {
  if (testTo.length > 0) await marketing.sendTest(id, testTo);
}

async function sendOrSchedule({ marketing, now }: ActionTools, { id }: Campaign, { sendAt }: SendInput): Promise<void> {
  const at = sendAt === undefined ? null : nextQuarter(new Date(sendAt));
  if (at !== null && at > now()) await marketing.schedule(id, at);
  else await marketing.send(id);
}

const quarterMs = 15 * 60_000;
const nextQuarter = (at: Date): Date => new Date(Math.ceil(at.getTime() / quarterMs) * quarterMs);

function doneWith(
  run: Run<unknown>,
  { id, web_id, status, recipients, emails_sent }: Campaign,
  already: boolean,
): ActionDone {
  const detail = { status, webId: web_id, recipients: Math.max(recipients.recipient_count, emails_sent) };
  return done(run, { reference: id, already, detail });
}

type Cancel = 'nothing' | 'unschedule' | 'cancel' | 'too_late';

const cancelling = {
  save: 'nothing',
  paused: 'nothing',
  canceled: 'nothing',
  canceling: 'nothing',
  archived: 'nothing',
  schedule: 'unschedule',
  sending: 'cancel',
  sent: 'too_late',
} as const satisfies Record<Campaign['status'], Cancel>;

export const cancelCampaign = eachRun(
  {
    ...plain,
    id: 'campaign.cancel',
    title: 'Cancel a campaign',
    description: 'A scheduled campaign is taken back; one that is being sent is stopped, if your plan allows it.',
    input: cancelInput,
    nature: 'repeatable',
    consent: null,
  },
  {
    one: async ({ marketing }, run) => {
      const { campaignId: id } = run.input;
      const campaign = await marketing.campaign(id);
      if (campaign === null)
        throw new DeliveryError('rejected', `Mailchimp has no campaign ${id}`, { code: 'no_such_campaign' });
      const step = cancelling[campaign.status];
      if (step === 'too_late')
        throw new DeliveryError('rejected', 'The campaign has been sent already', { code: 'already_sent' });
      if (step === 'unschedule') await marketing.unschedule(id);
      if (step === 'cancel') await marketing.cancelSend(id);
      return done(run, { reference: id, already: step === 'nothing' });
    },
  },
);
