import type { DemoPerson } from './person.js';

/** One request as a platform would make it, and what it is there for. */
export interface TrafficRequest {
  /** Key of the source; for a bad request perhaps of one that does not exist. */
  readonly source: string;
  /** Path and query, to be appended to the service's address. Always a POST. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly note: string;
  /**
   * `applied`: a new event; `repeated`: one that came before; `refused`: no trace in any profile, and a 4xx (from Landbot's source 200, because
   * Landbot sends again whatever is answered otherwise).
   */
  readonly outcome: 'applied' | 'repeated' | 'refused';
  /** The status a correct service answers with. */
  readonly status: number;
  /** `DemoPerson.number`; null: nobody. Requests of one person must keep their order. */
  readonly person: number | null;
}

/** A source that the traffic calls, as it is configured in the service. */
export interface TrafficSource {
  readonly key: string;
  readonly secret: string;
}

/** One turn of a conversation; the request is made when its moment is known. */
export interface Turn {
  readonly person: DemoPerson;
  readonly request: (at: Date) => TrafficRequest;
  /** Says when it happened, so it may arrive after the turn that follows it. */
  readonly tellsTime: boolean;
}
