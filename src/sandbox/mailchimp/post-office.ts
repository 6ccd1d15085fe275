import type { SandboxWorld } from '../emulator.js';
import type { Member } from './account.js';
import type { Audience } from './audience.js';
import type { Campaign, Mail } from './marketing-state.js';
import { renderMergeTags } from './merge-tags.js';
import { mailchimpTime } from './present.js';
import { inSegment } from './segment-routes.js';
import type { Account } from './account-in-routes.js';

type Letter = Pick<Mail, 'source' | 'source_id' | 'subject' | 'html' | 'from'>;

/** Puts mail into the outbox instead of sending it: only subscribed members get any, each with their own merge tags. */
export class PostOffice {
  constructor(
    private readonly account: Account,
    private readonly world: SandboxWorld,
  ) {}

  post(audience: Audience, member: Member, letter: Letter, to = member.email_address): void {
    const campaignId = letter.source === 'campaign' ? letter.source_id : '';
    const about = { subject: letter.subject, origin: this.world.origin(), now: this.world.clock.now(), campaignId };
    const rendered = (text: string): string => renderMergeTags(text, audience, member, about);
    this.account.facts().outbox.push({
      ...letter,
      id: this.account.nextId(),
      list_id: audience.settings.id,
      to,
      subject: rendered(letter.subject),
      html: rendered(letter.html),
      sent_at: this.account.now(),
    });
  }

  recipients({ list_id, segment_id }: Pick<Campaign, 'list_id' | 'segment_id'>): Member[] {
    const audience = this.account.audience(list_id);
    const members = segment_id === null ? audience.members() : inSegment(audience, segment_id);
    return members.filter(({ status }) => status === 'subscribed');
  }

  /** Sends what is due by the sandbox's clock. */
  settle(): void {
    const now = this.world.clock.now();
    for (const campaign of this.account.facts().campaigns)
      if (campaign.due_at !== '' && Date.parse(campaign.due_at) <= now.getTime()) this.#deliver(campaign);
  }

  /** At once, or as long as this account's campaigns take. */
  send(campaign: Campaign): void {
    const readyAt = this.world.clock.now().getTime() + this.account.facts().sendTakesMs;
    Object.assign(campaign, { status: 'sending', due_at: mailchimpTime(new Date(readyAt)) });
    this.settle();
  }

  test(campaign: Campaign, addresses: readonly string[]): void {
    const audience = this.account.audience(campaign.list_id);
    const [anybody = audience.members()[0]] = this.recipients(campaign);
    if (anybody === undefined) return;
    for (const to of addresses) this.post(audience, anybody, { ...letterOf(campaign), source: 'test' }, to);
  }

  #deliver(campaign: Campaign): void {
    const audience = this.account.audience(campaign.list_id);
    const members = this.recipients(campaign);
    const { id: campaign_id, settings } = campaign;
    const of = { campaign_id, campaign_title: settings.title };
    for (const member of members) {
      this.post(audience, member, letterOf(campaign));
      audience.log(member, { activity_type: 'sent', ...of });
    }
    Object.assign(campaign, { status: 'sent', due_at: '', send_time: this.account.now(), emails_sent: members.length });
    this.account.campaignChanged(campaign);
  }
}

const letterOf = ({ id, settings, html, plain_text }: Campaign): Letter => ({
  source: 'campaign',
  source_id: id,
  subject: settings.subject_line,
  from: `${settings.from_name} <${settings.reply_to}>`,
  html: html === '' ? `<pre>${plain_text}</pre>` : html,
});
