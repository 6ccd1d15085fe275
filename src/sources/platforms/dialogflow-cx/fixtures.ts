/** A WebhookRequest of a live environment: our own values in the shape of the proto. */
export const webhookRequest = {
  detectIntentResponseId: 'c0ffee00-0000-4000-8000-000000000001',
  text: 'para el viernes, "pro" 🎉',
  languageCode: 'es',
  fulfillmentInfo: { tag: 'Order placed' },
  intentInfo: {
    lastMatchedIntent: 'projects/p/locations/eu/agents/a/intents/i',
    displayName: 'order.confirm',
    confidence: 1,
    parameters: { plan: { originalValue: 'pro', resolvedValue: 'Pro' } },
  },
  pageInfo: {
    currentPage: 'projects/p/locations/eu/agents/a/flows/f/pages/g',
    displayName: 'Checkout',
    formInfo: {
      parameterInfo: [
        { displayName: 'email', required: true, state: 'FILLED', value: 'Zoe@Mail.Test', justCollected: true },
        { displayName: 'coupon', required: false, state: 'EMPTY' },
        { displayName: 'city', required: true, state: 'INVALID', value: '???' },
      ],
    },
  },
  sessionInfo: {
    session: 'projects/p/locations/eu/agents/a/environments/live/sessions/s-0001',
    parameters: {
      plan: 'free',
      person: { name: 'Zoë', original: 'soy Zoë' },
      'phone-number': 34611223344,
      birthday: { year: 1990, month: 2, day: 28 },
      visit: { year: 2026, month: 8, day: 10, hours: 9, minutes: 30, seconds: 0, nanos: 0 },
      guests: 0,
      newsletter: false,
      nothing: null,
      '$request.generative.x': 'technical',
      consent_whatsapp: 'yes',
    },
  },
  payload: { telephony: { caller_id: '+34699000111' } },
};

export const draftRequest = {
  ...webhookRequest,
  sessionInfo: { ...webhookRequest.sessionInfo, session: 'projects/p/locations/eu/agents/a/sessions/s-0002' },
};
