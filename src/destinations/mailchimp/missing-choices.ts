import { DeliveryError } from '../delivery-error.js';
import type { FieldValues } from '../destination.js';
import type { MergeField } from './answers.js';
import type { AudienceClient } from './audience-client.js';
import type { FieldCatalog } from './field-catalog.js';
import { fieldPrefixes } from './field-names.js';
import { namesIn } from './group-values.js';

/**
 * Adds the choices of drop-downs and radio buttons, and the groups, that records need and the audience lacks.
 *
 * @returns whether anything was added, so that the catalog has to be read anew. What Mailchimp refuses to add is left out of the records
 */
export async function addMissingChoices(
  audience: AudienceClient,
  catalog: FieldCatalog,
  sent: readonly FieldValues[],
): Promise<boolean> {
  const steps = [...choiceSteps(audience, catalog, sent), ...groupSteps(audience, catalog, sent)];
  let added = false;
  for (const step of steps) {
    try {
      await step();
      added = true;
    } catch (error) {
      if (!(error instanceof DeliveryError) || error.kind !== 'rejected') throw error;
    }
  }
  return added;
}

type Step = () => Promise<void>;

function choiceSteps(audience: AudienceClient, { mergeFields }: FieldCatalog, sent: readonly FieldValues[]): Step[] {
  return [...mergeFields.values()].flatMap((field) => {
    if (field.type !== 'dropdown' && field.type !== 'radio') return [];
    const choices = field.options.choices ?? [];
    const wanted = sent.map((values) => textOf(values, field));
    const missing = distinct(wanted, choices);
    return missing.length === 0 ? [] : [() => audience.setChoices(field, [...choices, ...missing])];
  });
}

function groupSteps(audience: AudienceClient, { interests }: FieldCatalog, sent: readonly FieldValues[]): Step[] {
  return interests.flatMap(({ id, title, interests: groups }) => {
    const field = `${fieldPrefixes.interests}${title}`.toLowerCase();
    const wanted = sent.flatMap((values) =>
      Object.entries(values).flatMap(([name, value]) => (name.toLowerCase() === field ? namesIn(value) : [])),
    );
    const has = groups.map(({ name }) => name);
    return distinct(wanted, has).map((name) => () => audience.addInterest(id, name));
  });
}

function textOf(values: FieldValues, { tag }: MergeField): string {
  const value = values[tag] ?? null;
  return value === null || typeof value.value === 'object' ? '' : String(value.value).trim();
}

/** Wanted ones that are not there, each once, without regard to case. */
function distinct(wanted: readonly string[], there: readonly string[]): readonly string[] {
  const known = new Set(there.map((one) => one.toLowerCase()));
  return wanted.filter((one) => {
    const isNew = one !== '' && !known.has(one.toLowerCase());
    known.add(one.toLowerCase());
    return isNew;
  });
}
