import { expect, it } from 'vitest';
import { channelName } from './channel-name.js';

it.each([
  ['WA', 'whatsapp'],
  [' Facebook_Messenger ', 'messenger'],
  ['landbot', 'web'],
  ['Line', 'line'],
  ['apple messages', 'apple_messages'],
  ['', null],
  ['<script>', null],
])('reads the channel %j as %j', (text, channel) => {
  expect(channelName(text)).toBe(channel);
});
