/** Who makes a change: it stands in the record and in the change event. */
export interface Caller {
  readonly userId: string;
  /** From `Sforce-Call-Options: client=…`; null: the caller has not said. */
  readonly client: string | null;
  readonly apiVersion: string;
}
