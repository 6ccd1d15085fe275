import type { Written } from './written.js';

/** For sales: who is to be called. */
export const sales: readonly Written[] = [
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
