import type { RecordReference } from '../destinations/remote-fact.js';
import type { IncomingAttribute } from '../events/incoming-event.js';

/** How somebody whom we only know from a destination can be reached: all that is taken over without the mapping saying so. */
export function newcomerAttributes({ email, phone }: RecordReference): IncomingAttribute[] {
  return [...(email === null ? [] : [gap('email', email)]), ...(phone === null ? [] : [gap('phone', phone)])];
}

const gap = (key: string, value: string): IncomingAttribute => ({
  key,
  label: key,
  type: 'string',
  value,
  beats: 'none',
});
