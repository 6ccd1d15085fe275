import type { Org } from '../org.js';
import type { RestErrorEntry } from '../rest/rest-error.js';
import { comparable, type StoredRecord } from './record-table.js';
import type { Candidate } from './record-rules.js';

type DuplicateRule = Org['setup']['duplicateRules'][number];

/**
 * Duplicate rules look at new records, and at old ones whose compared field changes.
 * @see https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/headers_duplicaterules.htm
 */
export function duplicateOf(org: Org, candidate: Candidate): RestErrorEntry | null {
  for (const rule of org.setup.duplicateRules) {
    if (rule.action === 'alert' && candidate.allowSave) continue;
    const twins = rule.object === candidate.object.name ? twinsOf(rule, candidate) : [];
    if (twins.length > 0)
      return {
        errorCode: 'DUPLICATES_DETECTED',
        message: rule.message,
        fields: [],
        duplicateResut: detail(rule, candidate, twins),
      };
  }
  return null;
}

function twinsOf(rule: DuplicateRule, { object, record, existing }: Candidate): readonly StoredRecord[] {
  const field = object.fields.find(({ name }) => name === rule.field);
  const value = record[rule.field];
  if (field === undefined || value === undefined) return [];
  const before = existing?.[rule.field];
  if (before !== undefined && comparable(field, before) === comparable(field, value)) return [];
  return object.table.where(field, value).filter(({ Id }) => Id !== record.Id);
}

function detail(rule: DuplicateRule, { object, versionPath }: Candidate, twins: readonly StoredRecord[]): unknown {
  const matchRecords = twins.map(({ Id }) => ({
    additionalInformation: [],
    fieldDiffs: [],
    matchConfidence: 100.0,
    record: { attributes: { type: object.name, url: `${versionPath}/sobjects/${object.name}/${Id}` }, Id },
  }));
  return {
    allowSave: rule.action === 'alert',
    duplicateRule: rule.name,
    duplicateRuleEntityType: object.name,
    errorMessage: rule.message,
    matchResults: [
      {
        entityType: object.name,
        errors: [],
        matchEngine: 'FuzzyMatchEngine',
        matchRecords,
        rule: `${rule.name}_Match`,
        size: twins.length,
        success: true,
      },
    ],
  };
}
