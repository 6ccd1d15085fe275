import { segmentInput, type SegmentInput } from '../../segments/segment-input.js';
import { readyMadeSegments } from '../../segments/ready-made.js';
import { triggerInput, type TriggerInput } from '../definition/trigger-input.js';

/** A trigger that can be taken as it is, or as a beginning: the keys of the destinations are to be changed to one's own. */
export interface Recipe {
  readonly title: string;
  /** What it does for whom. */
  readonly description: string;
  /** What has to be there for it to work, beside the segments. */
  readonly needs: readonly string[];
  /** Segments that it begins with. */
  readonly segments: readonly SegmentInput[];
  /** Key of a ready-made score that it begins with. */
  readonly score?: string;
  readonly trigger: TriggerInput;
}

interface Written {
  readonly key: string;
  readonly title: string;
  readonly description: string;
  readonly needs: readonly string[];
  readonly segments?: readonly string[];
  readonly score?: string;
  readonly definition: object;
}

const bought = [{ event: { names: ['order_placed'] } }];
const journey = (journeyId: string, stepId: string) => ({
  destination: 'mailchimp',
  action: 'journey.trigger',
  input: { journeyId, stepId },
});
const chat = (text: string) => ({ destination: 'manychat', action: 'content.send', input: { text } });
const mailchimpEvent = (name: string, properties: Readonly<Record<string, string>> = {}) => ({
  destination: 'mailchimp',
  action: 'event.add',
  consent: 'email',
  input: { name, properties },
});

const written: readonly Written[] = [
  {
    key: 'abandoned-cart',
    title: 'Abandoned cart follow-up',
    description:
      'Who has put something into the cart and has not ordered for 24 hours gets a Mailchimp journey and, two days later, a message in the chat; who orders meanwhile leaves.',
    needs: [
      'Events cart_updated and order_placed',
      'A customer journey at Mailchimp with an API trigger',
      'ManyChat as a destination',
    ],
    segments: ['abandoned_cart'],
    definition: {
      when: { segment: 'abandoned_cart' },
      exitWhen: bought,
      goal: { event: { names: ['order_placed'] }, within: { days: 7 } },
      holdout: 10,
      steps: [
        { id: 'mail', do: journey('101', '201'), onFailure: 'continue' },
        { id: 'pause', wait: { for: { days: 2 } } },
        {
          id: 'chat',
          do: chat('{{default firstName "Hello"}}, your cart is still waiting for you. Can we help?'),
          onFailure: 'continue',
        },
      ],
    },
  },
  {
    key: 'hot-lead',
    title: 'Hot lead to sales',
    description:
      'Whoever becomes hot by their engagement score is handed over: a task with profile and transcript for the owner of the contact, an e-mail to them, and the workflow for hot leads at HubSpot.',
    needs: [
      'The ready-made score engagement',
      'A static list at HubSpot that starts the workflow',
      'E-mail (SMTP) as a destination, and an address for contacts without an owner',
    ],
    score: 'engagement',
    definition: {
      when: { score: 'engagement', level: 'hot' },
      reEntry: { after: { days: 30 } },
      usefulFor: { days: 1 },
      priority: 90,
      steps: [
        {
          id: 'task',
          handOff: {
            destination: 'hubspot',
            title: 'Call {{default firstName "this hot lead"}} {{lastName}}',
            note: 'Engagement has reached {{engagement}}. Plan: {{default plan "not chosen"}}.',
            owner: '{{hubspotOwner}}',
            dueInHours: 4,
            notify: { destination: 'mail', to: '{{default hubspotOwner "sales@example.com"}}' },
          },
          onFailure: 'continue',
        },
        {
          id: 'workflow',
          do: { destination: 'hubspot', action: 'workflow.enrol', input: { list: 'Chat: hot leads' } },
        },
      ],
    },
  },
  {
    key: 'welcome',
    title: 'Welcome series by interest',
    description:
      'New contacts get a first letter by what interests them as soon as they have agreed to e-mail, a second one three days later if they have not ordered, and at last an offer.',
    needs: ['The attribute interests (a list)', 'Consent to e-mail', 'Journeys at Mailchimp that listen to the events'],
    segments: ['new_contacts'],
    definition: {
      when: { segment: 'new_contacts' },
      reEntry: 'once',
      whenLeft: 'continue',
      exitWhen: bought,
      steps: [
        {
          id: 'agreed',
          wait: {
            until: { rule: { all: [{ consent: 'email', operator: 'is', value: 'granted' }] } },
            atMost: { days: 7 },
          },
          timedOut: [{ exit: 'has not agreed to e-mail' }],
        },
        {
          id: 'interest',
          branch: [
            {
              if: { all: [{ attribute: 'interests', operator: 'anyOf', value: ['travel'] }] },
              steps: [{ id: 'travel', do: mailchimpEvent('welcome', { topic: 'travel' }) }],
            },
            {
              if: { all: [{ attribute: 'interests', operator: 'anyOf', value: ['food'] }] },
              steps: [{ id: 'food', do: mailchimpEvent('welcome', { topic: 'food' }) }],
            },
          ],
          otherwise: [{ id: 'general', do: mailchimpEvent('welcome', { topic: 'general' }) }],
        },
        { id: 'three-days', wait: { until: { event: { names: ['order_placed'] } }, atMost: { days: 3 } } },
        { id: 'second', do: mailchimpEvent('welcome_again') },
        { id: 'a-week', wait: { for: { days: 7 } } },
        { id: 'offer', do: mailchimpEvent('welcome_offer') },
      ],
    },
  },
  {
    key: 'win-back',
    title: 'Win back after 30 days',
    description:
      'Who has neither written nor done anything for 30 days gets a journey, and a word in the chat if that is not allowed; who comes back leaves.',
    needs: ['A customer journey at Mailchimp with an API trigger', 'ManyChat as a destination'],
    segments: ['inactive_30_days'],
    definition: {
      when: { segment: 'inactive_30_days' },
      reEntry: { after: { days: 90 } },
      steps: [
        {
          id: 'mail',
          do: journey('101', '201'),
          onFailure: {
            do: chat('{{default firstName "Hello"}}, we have not heard from you for a while. How are you?'),
          },
        },
      ],
    },
  },
  {
    key: 'birthday',
    title: 'Birthday',
    description: 'On their birthday at 9 in the morning of their own time zone people get a letter.',
    needs: ['The attribute birthday (a date)', 'A journey at Mailchimp that listens to the event'],
    definition: {
      when: { date: 'birthday', yearly: true, at: '09:00' },
      timeZone: 'person',
      usefulFor: { hours: 15 },
      steps: [{ id: 'mail', do: mailchimpEvent('birthday', { name: '{{default firstName ""}}' }) }],
    },
  },
  {
    key: 'feedback',
    title: 'Feedback after a purchase',
    description:
      'Three days after an order people are asked in the chat how they like it, and thanked by e-mail if they answer.',
    needs: ['The event order_placed', 'ManyChat as a destination'],
    definition: {
      when: { event: { names: ['order_placed'] } },
      whileInside: 'ignore',
      reEntry: { after: { days: 30 } },
      steps: [
        { id: 'pause', wait: { for: { days: 3 } } },
        { id: 'morning', wait: { until: { time: '10:00' } } },
        { id: 'ask', do: chat('How do you like your order, {{default firstName "dear customer"}}?') },
        {
          id: 'answer',
          wait: { until: { event: { kinds: ['message_in'] } }, atMost: { days: 5 } },
          came: [{ id: 'thanks', do: mailchimpEvent('thanks_for_feedback'), onFailure: 'continue' }],
        },
      ],
    },
  },
  {
    key: 're-engage',
    title: 'Re-engage who has not bought',
    description:
      'Who has written a lot and never ordered gets a reason to: half of them the one offer, half the other.',
    needs: ['The event order_placed', 'Two tags at Mailchimp that start automations'],
    segments: ['engaged_not_bought'],
    definition: {
      when: { segment: 'engaged_not_bought' },
      reEntry: 'once',
      exitWhen: bought,
      goal: { event: { names: ['order_placed'] }, within: { days: 14 } },
      steps: [
        {
          id: 'offers',
          split: [
            {
              name: 'discount',
              percent: 50,
              steps: [
                {
                  id: 'discount',
                  do: { destination: 'mailchimp', action: 'tag.add', input: { tag: 'Offer: discount' } },
                },
              ],
            },
            {
              name: 'advice',
              percent: 50,
              steps: [
                { id: 'advice', do: { destination: 'mailchimp', action: 'tag.add', input: { tag: 'Offer: advice' } } },
              ],
            },
          ],
        },
      ],
    },
  },
  {
    key: 'lead-qualified',
    title: 'Lead qualified to a Salesforce campaign',
    description: 'Leads that are ready for sales become members of a campaign, and somebody gets a task about them.',
    needs: ['The attribute lifecycleStage, as HubSpot tells it', 'The ready-made score engagement'],
    score: 'engagement',
    segments: ['sales_ready_leads'],
    definition: {
      when: { segment: 'sales_ready_leads' },
      whenLeft: 'continue',
      reEntry: 'once',
      steps: [
        {
          id: 'campaign',
          do: {
            destination: 'salesforce',
            action: 'campaign.add',
            input: { campaign: 'Qualified by chat', status: 'Qualified' },
          },
        },
        {
          id: 'task',
          handOff: {
            destination: 'salesforce',
            title: 'Qualified by chat: {{firstName}} {{lastName}}',
            owner: '{{salesforceOwner}}',
            dueInHours: 24,
          },
          onFailure: 'continue',
        },
      ],
    },
  },
];

/** Ready-made triggers for the usual cases. */
export const recipes: readonly Recipe[] = written.map(({ segments = [], definition, key, score, ...said }) => ({
  ...said,
  ...(score !== undefined && { score }),
  segments: readyMadeSegments
    .filter((segment) => segments.includes(segment.key))
    .map((segment) => segmentInput.parse(segment)),
  trigger: triggerInput.parse({ key, title: said.title, description: said.description, definition }),
}));
