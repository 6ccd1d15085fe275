/** A recipe as it is written down, before it is checked. */
export interface Written {
  readonly key: string;
  readonly title: string;
  readonly description: string;
  readonly needs: readonly string[];
  readonly segments?: readonly string[];
  readonly score?: string;
  readonly definition: object;
}

export const bought = [{ event: { names: ['order_placed'] } }];
export const journey = (journeyId: string, stepId: string) => ({
  destination: 'mailchimp',
  action: 'journey.trigger',
  input: { journeyId, stepId },
});
export const chat = (text: string) => ({ destination: 'manychat', action: 'content.send', input: { text } });
export const mailchimpEvent = (name: string, properties: Readonly<Record<string, string>> = {}) => ({
  destination: 'mailchimp',
  action: 'event.add',
  consent: 'email',
  input: { name, properties },
});
