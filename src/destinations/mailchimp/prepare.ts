import { DeliveryError } from '../delivery-error.js';
import type { PrepareReport, PrepareRequest, WantedField } from '../destination.js';
import type { AudienceClient } from './audience-client.js';
import { toContactWrite } from './contact-write.js';
import { wantedBy, type FieldCatalog, type FieldCatalogs } from './field-catalog.js';
import { addressPartOf, fieldPrefixes } from './field-names.js';
import type { MailchimpSettings } from './settings.js';

/** Merge fields of an audience by plan, as far as Mailchimp says it anywhere; a setting says otherwise. */
const usualLimit = 30;
const premiumLimit = 80;

const mergeTypes = {
  string: 'text',
  number: 'number',
  boolean: 'text',
  date: 'date',
  datetime: 'date',
  list: 'text',
} as const satisfies Record<WantedField['type'], string>;

/** One thing to make, and the sentence that says so. */
interface Step {
  readonly says: string;
  readonly isMergeField: boolean;
  readonly make: () => Promise<unknown>;
}
type Plan = Step | { readonly problem: string };

/** Makes the merge fields and groups that a mapping names and the audience lacks. Marketing permissions cannot be made by an API. */
export async function prepareFields(
  audience: AudienceClient,
  catalogs: FieldCatalogs,
  settings: MailchimpSettings,
  { fields, create, dryRun }: PrepareRequest,
): Promise<PrepareReport> {
  const wanted = fields.filter(({ key }) => !key);
  const catalog = await catalogs.read(wantedBy(wanted.map(({ name }) => name)));
  const missing = wanted.filter(({ name }) => isMissing(catalog, name));
  if (missing.length === 0) return { created: [], problems: [] };
  if (!create.fields) return { created: [], problems: missing.map(({ name }) => notAllowed(name)) };
  const plans = distinctTags(missing).map((field) => planOf(audience, catalog, field));
  const problems = plans.flatMap((plan) => ('problem' in plan ? plan.problem : []));
  const steps = plans.flatMap((plan) => ('problem' in plan ? [] : plan));
  const room = (await limitOf(audience, settings)) - catalog.mergeFields.size;
  if (steps.filter(({ isMergeField }) => isMergeField).length > room)
    return { created: [], problems: [...problems, tooMany(room)] };
  const report = await carryOut(steps, dryRun);
  if (!dryRun) await catalogs.read();
  return { created: report.created, problems: [...problems, ...report.problems] };
}

const isMissing = (catalog: FieldCatalog, name: string): boolean =>
  toContactWrite(catalog, { [name]: null }).dropped.some(({ code }) => code.startsWith('unknown_'));

/** The parts of one address are one merge field. */
function distinctTags(fields: readonly WantedField[]): readonly WantedField[] {
  const seen = new Set<string>();
  return fields.filter(({ name }) => {
    const tag = addressPartOf(name)?.tag ?? name;
    const isFirst = !seen.has(tag);
    seen.add(tag);
    return isFirst;
  });
}

function planOf(audience: AudienceClient, catalog: FieldCatalog, field: WantedField): Plan {
  const { name } = field;
  if (name.startsWith(fieldPrefixes.permissions))
    return {
      problem: `Marketing permissions can only be made at Mailchimp: add "${name}" under Audience > Settings > GDPR fields.`,
    };
  if (name.startsWith(fieldPrefixes.interests)) return planOfGroup(audience, catalog, field);
  const address = addressPartOf(name);
  const tag = address?.tag ?? name;
  if (!/^[A-Z0-9_]{1,10}$/.test(tag))
    return {
      problem: `"${tag}" cannot be a merge tag: it has at most 10 capital letters, digits and _. Name the field otherwise in the mapping.`,
    };
  const type = address === null ? mergeTypes[field.type] : 'address';
  const label = address === null ? field.label : 'Address';
  return {
    says: `Merge field ${tag} (${type}, "${label}")`,
    isMergeField: true,
    make: () => audience.addMergeField({ tag, name: label, type }),
  };
}

/** A yes or no is about one group, named after its category; anything else about the category. */
function planOfGroup(audience: AudienceClient, { interests }: FieldCatalog, { name, type }: WantedField): Plan {
  const path = name.slice(fieldPrefixes.interests.length);
  const at = type === 'boolean' ? path.lastIndexOf('.') : -1;
  const title = at < 0 ? path : path.slice(0, at);
  const group = at < 0 ? null : path.slice(at + 1);
  const category = interests.find((one) => one.title.toLowerCase() === title.toLowerCase());
  return {
    says: group === null ? `Group category "${title}"` : `Group "${group}" in the category "${title}"`,
    isMergeField: false,
    make: async () => {
      const id = category?.id ?? (await audience.addCategory(title));
      if (group !== null) await audience.addInterest(id, group);
    },
  };
}

async function limitOf(audience: AudienceClient, { mergeFieldLimit }: MailchimpSettings): Promise<number> {
  if (mergeFieldLimit !== undefined) return mergeFieldLimit;
  return (await audience.account()).pro_enabled ? premiumLimit : usualLimit;
}

async function carryOut(steps: readonly Step[], dryRun: boolean): Promise<PrepareReport> {
  const created: string[] = [];
  const problems: string[] = [];
  for (const { says, make } of steps) {
    try {
      if (!dryRun) await make();
      created.push(says);
    } catch (error) {
      if (!(error instanceof DeliveryError) || error.kind !== 'rejected') throw error;
      problems.push(`${says} could not be made: ${error.message}`);
    }
  }
  return { created, problems };
}

const notAllowed = (name: string): string =>
  `The audience has no ${name}. Add it at Mailchimp, or allow the mapping to create fields.`;

const tooMany = (room: number): string =>
  `Nothing was created: the plan leaves room for ${String(Math.max(0, room))} more merge fields. Map fewer fields, or set mergeFieldLimit if your plan allows more.`;
