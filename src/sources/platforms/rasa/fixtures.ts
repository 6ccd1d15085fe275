/** The call of a custom action: our own values in the shape of Rasa's specification. */
export const actionCall = {
  next_action: 'action_check_order',
  sender_id: 'whatsapp:+447700900123',
  tracker: {
    sender_id: 'whatsapp:+447700900123',
    slots: {
      name: 'Zoë',
      email: 'Zoe@Mail.Test',
      plan: null,
      'tier ': null,
      budget: 0,
      newsletter: false,
      interests: ['a', 'b'],
      requested_slot: 'email',
      session_started_metadata: { a: 1 },
      consent_email: 'yes',
      città: 'Forlì',
    },
    latest_message: {
      text: '¿dónde está mi pedido? 🎉',
      intent: { name: 'ask_order', confidence: 0.91 },
      intent_ranking: [],
      entities: [],
    },
    latest_event_time: 1760000000.25,
    followup_action: null,
    paused: false,
    events: [
      { event: 'action', timestamp: 1759999999, name: 'action_session_start' },
      { event: 'user', timestamp: 1760000000, text: 'hola', message_id: 'm-1', input_channel: 'twilio', metadata: {} },
      { event: 'slot', timestamp: 1760000000.1, name: 'budget', value: 0 },
    ],
    latest_input_channel: 'twilio',
    active_loop: {},
    latest_action_name: 'action_listen',
  },
  domain: { slots: {} },
  version: '3.6.0',
};

export const brokerUser = {
  sender_id: 'c-17',
  timestamp: 1760000000.5,
  event: 'user',
  text: 'hola',
  message_id: 'm-2',
  input_channel: 'socketio',
  parse_data: { intent: { name: 'greet', confidence: 1 } },
  metadata: {},
};

export const brokerSlot = { sender_id: 'c-17', timestamp: 1760000001, event: 'slot', name: 'plan', value: 'pro' };
