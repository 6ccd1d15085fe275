/** An answer in one of the two shapes in which ManyChat tells of errors. */
export class Problem extends Error {
  override readonly name = 'Problem';
  constructor(
    readonly status: number,
    readonly body: object | string,
  ) {
    super(typeof body === 'string' ? body : JSON.stringify(body));
  }
}

const detailed = (message: string): Problem =>
  new Problem(400, { status: 'error', message: 'Validation error', details: { messages: [{ message }] } });
const coded = (message: string, code: number): Problem => new Problem(400, { status: 'error', message, code });

/** @see https://api.manychat.com/swagger */
export const problems = {
  /** A word, not JSON. */
  wrongKey: () => new Problem(403, 'Forbidden'),
  unknownSubscriber: () => detailed('Subscriber does not exist'),
  unknownTag: () => detailed('Tag with this name not found'),
  unknownField: (name: string) => detailed(`Custom field "${name}" does not exist`),
  badValue: (name: string, type: string) => detailed(`Invalid value for the field "${name}" of type ${type}`),
  tooManyFields: () => detailed('Fields should contain no more than 20 elements'),
  unknownFlow: () => detailed('Flow with this ns not found'),
  missing: (name: string) => detailed(`${name} is required`),
  exists: (what: string) => detailed(`${what} with this name already exists`),
  outsideWindow: () => coded('Content cannot be sent: the last interaction was more than 24 hours ago', 3011),
  tooManyRequests: () => new Problem(429, { status: 'error', message: 'Too many requests' }),
} as const;
