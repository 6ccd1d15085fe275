import { bought, journey, chat, mailchimpEvent, type Written } from './written.js';

/** For shops: carts, orders, and who has not bought. */
export const shopping: readonly Written[] = [
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
];
