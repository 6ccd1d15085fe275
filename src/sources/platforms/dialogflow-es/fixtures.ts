const session = 'projects/acme-bot/agent/sessions/7f3c0d1e-0000-4000-8000-000000000001';

/** A WebhookRequest of an intent that asks for fulfilment: our own values in the shape of the proto. */
export const webhookRequest = {
  responseId: 'f0a1c2d3-0000-4000-8000-000000000001-aaaaaaaa',
  session,
  queryResult: {
    queryText: 'me llamo Zoë, "pro" por favor 🎉',
    languageCode: 'es',
    action: '',
    parameters: {
      person: { name: 'Zoë' },
      'phone-number': '611223344',
      email: 'Zoe@Mail.Test',
      plan: '',
      colours: [],
      visit: '2026-08-10T12:00:00-03:00',
      'pickup-time': '2026-08-10T12:00:00-03:00',
      price: { amount: 12.5, currency: 'EUR' },
      guests: 0,
      newsletter: false,
    },
    allRequiredParamsPresent: true,
    fulfillmentText: '',
    fulfillmentMessages: [{ text: { text: [''] } }],
    outputContexts: [
      {
        name: `${session}/contexts/booking`,
        lifespanCount: 5,
        parameters: {
          plan: 'team',
          'plan.original': 'equipo',
          guests: 3,
          'phone-number': '611223344',
          'phone-number.original': '611 22 33 44',
          consent_email: 'true',
        },
      },
      { name: `${session}/contexts/__system_counters__`, parameters: { 'no-input': 0, 'no-match': 2, counted: 1 } },
    ],
    intent: { name: 'projects/acme-bot/agent/intents/1', displayName: 'Reserva confirmada' },
    intentDetectionConfidence: 0.97,
  },
  originalDetectIntentRequest: { payload: {} },
};

/** The same, as Dialogflow's own Messenger integration passes it on. */
export const messengerRequest = {
  ...webhookRequest,
  originalDetectIntentRequest: {
    source: 'facebook',
    version: '2.0',
    payload: {
      data: { sender: { id: '9007199254740993' }, recipient: { id: '102' }, message: { mid: 'm_1', text: 'hi' } },
    },
  },
};

export const consoleRequest = {
  ...webhookRequest,
  originalDetectIntentRequest: { source: 'DIALOGFLOW_CONSOLE', payload: {} },
};
