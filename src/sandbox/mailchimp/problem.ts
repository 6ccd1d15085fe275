/** One field's complaint inside a problem. */
export interface FieldProblem {
  readonly field: string;
  readonly message: string;
}

const glossary = 'https://mailchimp.com/developer/marketing/docs/errors/';

/** An answer of Mailchimp's problem kind; thrown anywhere in a route, turned into a reply in one place. */
export class Problem extends Error {
  override readonly name = 'Problem';
  constructor(
    readonly status: number,
    readonly title: string,
    readonly detail: string,
    readonly errors: readonly FieldProblem[] = [],
  ) {
    super(detail);
  }

  /** `type` is missing on the wire from the three problems about a member's state. */
  body(instance: string): Record<string, unknown> {
    return {
      ...(untyped.has(this.title) ? {} : { type: glossary }),
      title: this.title,
      status: this.status,
      detail: this.detail,
      instance,
      ...(this.errors.length === 0 ? {} : { errors: this.errors }),
    };
  }
}

const untyped = new Set(['Member Exists', 'Member In Compliance State', 'Forgotten Email Not Subscribed']);

/** Everything the emulator can complain about, in the words the live API uses. */
export const problems = {
  notFound: () => new Problem(404, 'Resource Not Found', 'The requested resource could not be found.'),
  memberExists: (email: string) =>
    new Problem(400, 'Member Exists', `${email} is already a list member. Use PUT to insert or update list members.`),
  compliance: (email: string) =>
    new Problem(
      400,
      'Member In Compliance State',
      `${email} is in a compliance state due to unsubscribe, bounce, or compliance review and cannot be subscribed.`,
    ),
  forgotten: (email: string) =>
    new Problem(
      400,
      'Forgotten Email Not Subscribed',
      `${email} was permanently deleted and cannot be re-imported. The contact must re-subscribe to get back on the list.`,
    ),
  invalidEmail: () => new Problem(400, 'Invalid Resource', 'Please provide a valid email address.'),
  fakeEmail: (email: string) =>
    new Problem(400, 'Invalid Resource', `${email} looks fake or invalid, please enter a real email address.`),
  tooManySignups: (email: string) =>
    new Problem(
      400,
      'Invalid Resource',
      `${email} has signed up to a lot of lists very recently; we're not allowing more signups for now`,
    ),
  mergeFields: (errors: readonly FieldProblem[]) =>
    new Problem(400, 'Invalid Resource', 'Your merge fields were invalid.', errors),
  tooManyMergeFields: (limit: number) =>
    new Problem(400, 'Merge Max Limit Exceeded', `You have reached the limit of ${String(limit)} merge fields.`),
  badRequest: (detail: string) => new Problem(400, 'Bad Request', detail),
  invalid: (errors: readonly FieldProblem[]) =>
    new Problem(
      400,
      'Invalid Resource',
      "The resource submitted could not be validated. For field-specific details, see the 'errors' array.",
      errors,
    ),
  unparsable: () =>
    new Problem(400, 'JSON Parse Exception', 'We encountered an unspecified JSON parsing error. Check the body.'),
  cannotRename: (status: string) =>
    new Problem(400, 'Invalid Resource', 'The email address could not be changed.', [
      {
        field: 'email address',
        message: `This member's status is "${status}." Email addresses can be changed for subscribed members only.`,
      },
    ]),
  addressTaken: (email: string, status: string) =>
    new Problem(400, 'Invalid Resource', 'The email address could not be changed.', [
      { field: 'email address', message: `${email} is already in this list with a status of "${status}".` },
    ]),
  cannotArchive: () =>
    new Problem(
      405,
      'Method Not Allowed',
      'This list member cannot be removed. Can not archive a contact that is bounced, pending or archived',
    ),
  keyInvalid: () =>
    new Problem(
      401,
      'API Key Invalid',
      "Your API key may be invalid, or you've attempted to access the wrong datacenter.",
    ),
  keyMissing: () => new Problem(401, 'API Key Missing', 'Your request did not include an API key.'),
  wrongDataCentre: (dataCentre: string) =>
    new Problem(403, 'Forbidden', `The API key provided is linked to datacenter '${dataCentre}'`),
  tooManyRequests: () =>
    new Problem(429, 'TooManyRequests', 'You have exceeded the limit of 10 simultaneous connections.'),
  stateForbids: (detail: string) => new Problem(405, 'Method Not Allowed', detail),
  tooManyJobs: () => new Problem(429, 'TooManyRequests', 'You have more than 500 pending batches.'),
  internal: () =>
    new Problem(
      500,
      'InternalServerError',
      'A deep, internal error has occurred during the processing of your request. Please contact support.',
    ),
};
