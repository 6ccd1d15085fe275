import type { SourceContext } from '../../chat-platform.js';
import { manychatSettings } from './settings.js';
import type { ManychatSettings } from './settings.js';

/** Full Contact Data as ManyChat sends it for a WhatsApp contact: our own values in the shape of the field table. */
export const whatsappContact = {
  key: 'user:1600000001',
  id: '1600000001',
  page_id: '102000000000001',
  user_refs: [],
  status: 'active',
  first_name: 'Zoë',
  last_name: '',
  name: 'Zoë',
  gender: null,
  profile_pic: 'https://cdn.test/p.jpg?expires=1',
  locale: null,
  language: null,
  timezone: 'UTC±00',
  live_chat_url: 'https://app.manychat.com/fb1/chat/1600000001',
  last_input_text: 'quiero el plan "pro"\n🎉',
  optin_phone: false,
  optin_email: true,
  optin_whatsapp: true,
  phone: null,
  email: null,
  whatsapp_phone: '447700900123',
  phone_country_code: null,
  subscribed: '2026-03-02T09:10:11-06:00',
  last_interaction: null,
  last_seen: null,
  ig_last_interaction: null,
  ig_last_seen: null,
  is_followup_enabled: true,
  ig_username: null,
  ig_id: null,
  whatsapp_bsuid: 'US.7000000000000001',
  whatsapp_username: '@zoe',
  last_growth_tool: null,
  custom_fields: {
    'Plan Type': 'pro',
    'Email ': 'Zoe@Mail.Test',
    budget: 0,
    Newsletter: false,
    Birthday: '1990-02-28',
    'Last order at': '2026-03-01T10:00:00+01:00',
    'Días: hábiles': 'null',
    'Дата встречи': 'undefined',
    '🎂': '[]',
    Notes: '{{notes}}',
    interests: null,
  },
};

export const messengerContact = {
  ...whatsappContact,
  key: 'user:9007199254740993',
  id: '9007199254740993',
  whatsapp_phone: null,
  whatsapp_bsuid: null,
  whatsapp_username: null,
  last_interaction: '2026-03-02T09:10:11-06:00',
};

/** A source with its settings, all at their defaults but those given. */
export function sourceWith(
  settings: Partial<Record<keyof ManychatSettings, unknown>> = {},
): SourceContext<ManychatSettings> {
  return { key: 'acme', settings: manychatSettings.parse(settings) };
}

export { requestWith } from '../../test-support.js';
