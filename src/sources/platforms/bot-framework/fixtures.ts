/** A message on Messenger as the Bot Connector passes it on: our own values in the shape of the protocol. */
export const facebookMessage = {
  type: 'message',
  id: 'mid.$cAAA01',
  timestamp: '2026-03-01T10:00:00.123Z',
  localTimezone: 'Europe/Madrid',
  channelId: 'facebook',
  serviceUrl: 'https://facebook.botframework.com/',
  from: { id: '9007199254740993', name: 'Zoë' },
  recipient: { id: '102000000000001', name: 'Acme', role: 'bot' },
  conversation: { id: '9007199254740993-102000000000001', isGroup: false },
  text: 'quiero el plan "pro"\n🎉',
  textFormat: 'plain',
  locale: 'es-ES',
  channelData: {
    sender: { id: '9007199254740993' },
    recipient: { id: '102000000000001' },
    timestamp: 1772359200123,
    message: { mid: 'mid.$cAAA01', text: 'quiero el plan "pro"\n🎉' },
  },
};

export const teamsEvent = {
  ...facebookMessage,
  type: 'event',
  id: 'e-1',
  channelId: 'msteams',
  name: 'Form submitted',
  value: { plan: 'pro', budget: 0, newsletter: false, city: 'null', Дата: '2026-03-01', consent_email: true },
  from: { id: '29:1abc', name: 'Zoë', aadObjectId: '0198c0de-0000-4000-8000-00000000000a' },
  text: undefined,
};

export const botMessage = {
  ...facebookMessage,
  id: 'mid.$cAAA02',
  from: facebookMessage.recipient,
  recipient: facebookMessage.from,
  text: 'Hola',
};

export const membersAdded = {
  ...facebookMessage,
  type: 'conversationUpdate',
  id: 'c-1',
  text: undefined,
  membersAdded: [{ id: facebookMessage.recipient.id }],
};
