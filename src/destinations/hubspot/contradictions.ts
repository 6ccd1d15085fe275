import type { DeliveredRecord, DroppedField, OutgoingRecord, RecordResult, UpsertRequest } from '../destination.js';
import type { Account } from './account.js';
import { planContacts } from './contact-plan.js';
import type { ContactWrite } from './contact-write.js';

/** Values that HubSpot has refused although its definitions, as far as they were known, allow them: somebody has changed the account. */
export class Contradictions {
  /** Fields with a choice that is gone, by profile id. */
  readonly #fields = new Map<string, Set<string>>();

  constructor(private readonly account: Account) {}

  add({ record: { profileId } }: ContactWrite, { field, code }: DroppedField): void {
    this.account.catalogs.of('contacts').forget();
    if (code === 'INVALID_OPTION')
      this.#fields.set(profileId, (this.#fields.get(profileId) ?? new Set<string>()).add(field));
  }

  concerned(records: readonly OutgoingRecord[]): OutgoingRecord[] {
    return records.filter(({ profileId }) => this.#fields.has(profileId));
  }

  /**
   * Those of the delivered records that lack such a choice, planned anew with the definitions as they are now: the choice is made again where
   * the mapping allows it, or left out for the reason that is true now. Only these fields are written.
   */
  async planAnew(
    request: UpsertRequest,
    results: ReadonlyMap<string, RecordResult>,
  ): Promise<{ readonly write: ContactWrite; readonly before: DeliveredRecord }[]> {
    const records = this.concerned(request.records);
    if (records.length === 0) return [];
    const writes = await planContacts(this.account, { ...request, records });
    return writes.flatMap((write) => {
      const before = results.get(write.record.profileId);
      const fields = this.#fields.get(write.record.profileId) ?? new Set<string>();
      if (before?.status !== 'delivered') return [];
      return [
        {
          before: { ...before, dropped: before.dropped.filter(({ field }) => !fields.has(field)) },
          write: {
            ...write,
            properties: Object.fromEntries(Object.entries(write.properties).filter(([name]) => fields.has(name))),
            dropped: write.dropped.filter(({ field }) => fields.has(field)),
          },
        },
      ];
    });
  }
}
