import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { subscriberHash } from './audience.js';
import type { Campaign } from './marketing-state.js';
import { onlyFields } from './present.js';
import { problems } from './problem.js';
import { pageQuery } from './queries.js';
import type { Account } from './account-in-routes.js';

interface InReport {
  Params: { campaign: string };
}

const activityQuery = pageQuery.extend({ since: z.string().optional() });

/** What became of a sent campaign: who opened, clicked and bounced, and who left by it. */
export function registerReportRoutes(app: FastifyInstance, account: Account): void {
  app.get<InReport>('/reports/:campaign/email-activity', (request) => {
    const { id, list_id } = found(account, request.params.campaign);
    const { offset, count, since, fields } = activityQuery.parse(request.query);
    const from = since === undefined ? -Infinity : Date.parse(since);
    const { outbox, mailActions } = account.facts();
    const sentTo = outbox.filter(({ source, source_id }) => source === 'campaign' && source_id === id);
    const actions = mailActions.filter((one) => one.campaign_id === id && Date.parse(one.timestamp) >= from);
    const emails = sentTo.map(({ to }) => ({
      campaign_id: id,
      list_id,
      list_is_active: true,
      email_id: subscriberHash(to),
      email_address: to,
      activity: actions
        .filter(({ email }) => email.toLowerCase() === to.toLowerCase())
        .map(({ action, timestamp, url, type }) => ({
          action,
          timestamp,
          ...(action === 'click' ? { url } : {}),
          ...(action === 'bounce' ? { type } : {}),
          ip: '203.0.113.7',
        })),
      _links: [],
    }));
    const shown = since === undefined ? emails : emails.filter(({ activity }) => activity.length > 0);
    const answer = {
      emails: shown.slice(offset, offset + count),
      campaign_id: id,
      total_items: shown.length,
      _links: [],
    };
    return onlyFields(answer, fields);
  });
  app.get<InReport>('/reports/:campaign/unsubscribed', (request) => {
    const { id, list_id } = found(account, request.params.campaign);
    const { offset, count } = pageQuery.parse(request.query);
    const all = account.facts().unsubscriptions.filter(({ campaign_id }) => campaign_id === id);
    const unsubscribes = all.slice(offset, offset + count).map(({ email, timestamp, reason }) => ({
      email_id: subscriberHash(email),
      email_address: email,
      merge_fields: {},
      vip: false,
      timestamp,
      reason,
      campaign_id: id,
      list_id,
      list_is_active: true,
      _links: [],
    }));
    return { unsubscribes, campaign_id: id, total_items: all.length, _links: [] };
  });
}

/** Only what was sent has a report. */
function found(account: Account, id: string): Campaign {
  const campaign = account.facts().campaigns.find((one) => one.id === id && one.status === 'sent');
  if (!campaign) throw problems.notFound();
  return campaign;
}
