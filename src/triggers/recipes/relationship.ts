import { bought, journey, chat, mailchimpEvent, type Written } from './written.js';

/** From the first hello to the birthday. */
export const relationship: readonly Written[] = [
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
];
