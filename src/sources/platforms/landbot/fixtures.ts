import type { SourceContext } from '../../chat-platform.js';
import { landbotSettings } from './settings.js';
import type { LandbotSettings } from './settings.js';

/** One entry of a MessageHook for a visitor of the web widget: our own values in the shape of the field table. */
export const webMessage = {
  type: 'text',
  timestamp: 1760000000.123456,
  data: { body: 'hola\n"qué tal" 👋' },
  sender: { id: 460000001, name: 'Visitor #460000001', type: 'customer' },
  customer: {
    id: 460000001,
    agent_id: null,
    archived: false,
    name: 'Visitor #460000001',
    country: 'Spain',
    is_external: 'False',
    webchat_type: 'Native',
    url: 'https://shop.test/landing?x=1',
    email: 'Ana@Mail.Test',
    interests: "['travel', \"chef's table\"]",
    Plan: 'free',
    budget: 0,
    consent_email: true,
    notes: '',
  },
  channel: { id: 2940009, name: 'Web', type: 'landbot' },
  _raw: {
    uuid: '7b1c3a52-0f6e-4a51-9a39-111111111111',
    chat: 460000999,
    author_type: 'user',
    author_uuid: null,
    seq: null,
    read: true,
    rich_text: null,
    type: 'text',
    message: 'hola',
  },
};

export const whatsappMessage = {
  ...webMessage,
  timestamp: 1760000001,
  customer: { id: 460000002, name: 'Ngozi', phone: '2348000000123', email: null, is_external: 'False' },
  channel: { id: 2940010, name: 'WA', type: 'whatsapp' },
  _raw: { ...webMessage._raw, uuid: '7b1c3a52-0f6e-4a51-9a39-222222222222' },
};

export const botMessage = {
  ...webMessage,
  sender: { id: 77, name: 'Shop bot', type: 'bot' },
  _raw: { ...webMessage._raw, uuid: '7b1c3a52-0f6e-4a51-9a39-333333333333', author_type: 'bot', samurai: -77 },
};

export const apiChatBody = {
  agent: { id: 5, type: 'human', name: 'Eva' },
  channel: { id: 9, name: 'App' },
  customer: { id: 460000003, token: 'app-user-17', name: null, email: null, phone: null, register_date: 1750000000.5 },
  messages: [
    { type: 'text', timestamp: 1760000002.5, message: 'We are here' },
    { type: 'image', timestamp: 1760000002.5, url: 'https://cdn.test/i.png' },
  ],
};

/** A source with its settings, all at their defaults but those given. */
export function sourceWith(
  settings: Partial<Record<keyof LandbotSettings, unknown>> = {},
): SourceContext<LandbotSettings> {
  return { key: 'acme', settings: landbotSettings.parse(settings) };
}

export { requestWith } from '../../test-support.js';
