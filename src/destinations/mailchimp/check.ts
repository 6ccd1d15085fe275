import { DeliveryError } from '../delivery-error.js';
import type { CheckRequest, ConnectionCheck } from '../destination.js';
import type { Account, Audience, Webhook } from './answers.js';
import type { AudienceClient } from './audience-client.js';
import { toContactWrite } from './contact-write.js';
import { wantedBy, type FieldCatalogs } from './field-catalog.js';
import type { MailchimpSettings } from './settings.js';

interface Tools {
  readonly audience: AudienceClient;
  readonly catalogs: FieldCatalogs;
  readonly settings: MailchimpSettings;
  readonly read: () => Promise<Audience>;
}

/** What the account is good for, in the fewest calls; see `ConnectionCheck`. */
export async function checkAccount(tools: Tools, { mapping }: CheckRequest): Promise<ConnectionCheck> {
  const { audience: client, catalogs, settings } = tools;
  try {
    const names = mapping?.fields ?? [];
    const [account, audience, webhooks, catalog] = await Promise.all([
      client.account(),
      tools.read(),
      settings.webhookSecret === undefined ? null : client.webhooks(),
      catalogs.read(wantedBy(names)),
    ]);
    const unknown = names.flatMap((name) => toContactWrite(catalog, { [name]: null }).dropped);
    return {
      account: `Audience ${audience.name}`,
      problems: [
        ...(catalog.mergeFields.size === 0 ? [noFields] : []),
        ...roleProblems(account),
        ...(mapping?.create.fields === true ? [] : unknown.map(({ message }) => `${message}. ${howToAdd}`)),
        ...webhookProblems(webhooks, settings),
      ],
      details: detailsOf(account, audience),
    };
  } catch (error) {
    if (!(error instanceof DeliveryError) || error.details.code !== 'audience_not_found') throw error;
    const there = (await client.audiences()).map(({ id, name }) => `${name} (${id})`).join(', ');
    return { account: 'Mailchimp', problems: [`${error.message}. Check the audience ID; there are: ${there}.`] };
  }
}

const noFields =
  'The audience has no merge fields: add them under Audience > Settings > Audience fields and MERGE tags.';
const howToAdd =
  'Add it under Audience > Settings > Audience fields and MERGE tags, or allow the mapping to create fields.';

/** Roles that may look at contacts, or not even that, but not write them. */
const readOnlyRoles = new Set(['viewer', 'author']);

const roleProblems = ({ role }: Account): readonly string[] =>
  readOnlyRoles.has(role.toLowerCase())
    ? [
        `The key belongs to a user with the role ${role}, who may not change contacts. Use the key of a manager or an admin.`,
      ]
    : [];

const neededEvents = ['subscribe', 'unsubscribe', 'profile', 'cleaned', 'upemail'] as const;

/** Our own webhook is known by the secret in its address. */
function webhookProblems(webhooks: readonly Webhook[] | null, { webhookSecret }: MailchimpSettings): readonly string[] {
  if (webhooks === null || webhookSecret === undefined) return [];
  const ours = webhooks.find(({ url }) => url.includes(webhookSecret));
  if (ours === undefined)
    return [
      'The audience has no webhook with this secret in its address, so opt-outs at Mailchimp reach Parley only by a pull.',
    ];
  const missing = neededEvents.filter((event) => ours.events[event] !== true);
  return [
    ...(missing.length === 0 ? [] : [`The webhook does not report: ${missing.join(', ')}. Tick them at Mailchimp.`]),
    ...(ours.sources.api === true
      ? [
          'The webhook reports changes made by the API as well, so Parley hears its own. Untick "via the API" at Mailchimp.',
        ]
      : []),
  ];
}

const detailsOf = (account: Account, audience: Audience): Readonly<Record<string, string>> => ({
  account: account.account_name,
  ...(account.role === '' ? {} : { role: account.role }),
  ...(account.pricing_plan_type === '' ? {} : { plan: account.pricing_plan_type }),
  optIn: audience.double_optin ? 'double' : 'single',
  marketingPermissions: audience.marketing_permissions ? 'asked for' : 'not asked for',
  ...(audience.stats.member_count === undefined ? {} : { subscribers: String(audience.stats.member_count) }),
});
