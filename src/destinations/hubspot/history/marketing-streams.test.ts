import { describe, expect, it } from 'vitest';
import { rehearse, stateOf } from '../test-support.js';
import { activities, pull } from './test-support.js';

describe('the history of marketing e-mails and forms', () => {
  it('tells e-mails opened, clicked and bounced, each once', async () => {
    const emailEvents = ['SENT', 'DELIVERED', 'OPEN', 'CLICK', 'BOUNCE', 'PROCESSED'].map((type, n) => ({
      id: `e${String(n)}`,
      type,
      created: 1_780_000_000_000 + n,
      recipient: 'Ada@example.com',
      emailCampaignId: 7,
      ...(type === 'CLICK' ? { url: 'https://example.com/shoes' } : {}),
    }));
    const account = await rehearse({ state: { emailEvents } });
    const { facts } = await pull(account, 'email_activity');
    expect(
      activities(facts)
        .map(({ name }) => name)
        .toSorted(),
    ).toEqual(['email_bounced', 'email_clicked', 'email_delivered', 'email_opened']);
    expect(activities(facts).find(({ name }) => name === 'email_clicked')).toMatchObject({
      about: { email: 'ada@example.com', remoteId: null },
      dedupeKey: 'email_event:e3',
      properties: { emailCampaignId: '7', url: 'https://example.com/shoes' },
    });
  });

  it('tells forms that people with an address have submitted, newest first until the last pull', async () => {
    const { forms } = await stateOf(await rehearse());
    const submission = (n: number, email: string) => ({
      formId: forms[0]?.id,
      conversionId: `c${String(n)}`,
      submittedAt: Date.parse('2026-05-01T00:00:00.000Z') + n * 3_600_000,
      pageUrl: 'https://example.com/contact',
      values: [{ name: 'email', value: email }],
    });
    const submissions = Array.from({ length: 60 }, (_, n) => submission(n, n === 5 ? '' : `p${String(n)}@example.com`));
    const account = await rehearse({ state: { submissions } });
    const all = await pull(account, 'form_submissions');
    expect(all.facts).toHaveLength(59);
    expect(all.facts[0]).toMatchObject({ name: 'form_submitted', properties: { form: 'Contact us' } });
    const later = await pull(account, 'form_submissions', { notBefore: new Date('2026-05-03T00:00:00.000Z') });
    expect(later.facts).toHaveLength(12);
  });
});
