import { expect, it } from 'vitest';
import { readerOf } from './reader.js';

const defaults = { locale: 'de', timeZone: 'Europe/Berlin' };

it.each([
  [
    { locale: 'en_US', timezone: 'UTC-07' },
    { locale: 'en-US', timeZone: '-07:00' },
  ],
  [
    { language: 'Spanish', timezone: 'UTC±00' },
    { locale: 'es', timeZone: '+00:00' },
  ],
  [
    { locale: 'pt-BR', timezone: 'America/Sao_Paulo' },
    { locale: 'pt-BR', timeZone: 'America/Sao_Paulo' },
  ],
  [{ timezone: 5.5 }, { locale: 'de', timeZone: '+05:30' }],
  [
    { locale: 'Klingon', language: 'xx-nonsense', timezone: 'Mars' },
    { locale: 'de', timeZone: 'Europe/Berlin' },
  ],
  [{}, { locale: 'de', timeZone: 'Europe/Berlin' }],
])('reads how %j reads', (attributes, reader) => expect(readerOf(attributes, defaults)).toEqual(reader));

it('is one that Intl takes, also for zones with a distance only', () => {
  const { locale, timeZone } = readerOf({ timezone: 'UTC+05:45' }, { locale: 'en', timeZone: null });
  expect(new Intl.DateTimeFormat(locale, { timeZone, timeStyle: 'short' }).format(0)).toContain('5:45');
});
