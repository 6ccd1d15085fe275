import { comparable, type Contact } from './contact-table.js';
import type { Org } from './org.js';
import type { RestErrorEntry } from './rest-error.js';

/** A contact that is about to be saved. */
export interface Candidate {
  readonly contact: Contact;
  readonly existing: Contact | null;
  /** The caller sent `Sforce-Duplicate-Rule-Header: allowSave=true`. */
  readonly allowSave: boolean;
}

type Rule = (org: Org, candidate: Candidate) => RestErrorEntry | null;

/** What can keep a whole record from being saved although each of its values is fine, in the order Salesforce looks. */
const rules: readonly Rule[] = [locked, incomplete, forbidden, duplicate, notUnique];

/** The first objection, or null. */
export function objectionToRecord(org: Org, candidate: Candidate): RestErrorEntry | null {
  for (const rule of rules) {
    const found = rule(org, candidate);
    if (found !== null) return found;
  }
  return null;
}

function locked(org: Org, { existing }: Candidate): RestErrorEntry | null {
  if (existing === null || !org.setup.lockedIds.includes(existing.Id)) return null;
  const message = `unable to obtain exclusive access to this record or 1 records: ${existing.Id}`;
  return { errorCode: 'UNABLE_TO_LOCK_ROW', message, fields: [] };
}

function incomplete(org: Org, { contact }: Candidate): RestErrorEntry | null {
  const fields = org.setup.contactFields
    .filter(({ required, name }) => required && contact[name] === undefined)
    .map(({ name }) => name);
  if (fields.length === 0) return null;
  const message = `Required fields are missing: [${fields.join(', ')}]`;
  return { errorCode: 'REQUIRED_FIELD_MISSING', message, fields };
}

function forbidden(org: Org, { contact }: Candidate): RestErrorEntry | null {
  const broken = org.setup.validationRules.find((rule) => contact[rule.field] === rule.forbidden);
  if (broken === undefined) return null;
  return { errorCode: 'FIELD_CUSTOM_VALIDATION_EXCEPTION', message: broken.message, fields: [] };
}

/** Duplicate rules look at new records, and at old ones whose compared field changes. */
function duplicate(org: Org, { contact, existing, allowSave }: Candidate): RestErrorEntry | null {
  const broken = org.setup.duplicateRules.find(({ field, action }) => {
    const definition = org.field(field);
    const value = contact[field];
    if (definition === undefined || value === undefined || (action === 'alert' && allowSave)) return false;
    const before = existing?.[field];
    if (before !== undefined && comparable(definition, before) === comparable(definition, value)) return false;
    return org.contacts.where(definition, value).some(({ Id }) => Id !== contact.Id);
  });
  if (broken === undefined) return null;
  return { errorCode: 'DUPLICATES_DETECTED', message: broken.message, fields: [] };
}

function notUnique(org: Org, { contact }: Candidate): RestErrorEntry | null {
  for (const field of org.setup.contactFields) {
    const value = contact[field.name];
    if (!field.unique || value === undefined) continue;
    const other = org.contacts.where(field, value).find(({ Id }) => Id !== contact.Id);
    if (other === undefined) continue;
    const message = `duplicate value found: ${field.name} duplicates value on record with id: ${other.Id.slice(0, 15)}`;
    return { errorCode: 'DUPLICATE_VALUE', message, fields: [field.name] };
  }
  return null;
}
