import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isNoValue } from '../profiles/no-value.js';
import { collectAttributes } from './collect-attributes.js';
import type { CollectOptions, RawAttribute } from './collect-attributes.js';

const options: CollectOptions = { captions: {}, region: null, timeZone: null };

function collect(values: Readonly<Record<string, unknown>>, more: Partial<CollectOptions> = {}) {
  const raw = Object.entries(values).map(([label, value]): RawAttribute => ({ label, value }));
  const { attributes, ...rest } = collectAttributes(raw, { ...options, ...more });
  return { ...rest, byKey: Object.fromEntries(attributes.map(({ key, value }) => [key, value])), attributes };
}

describe('collectAttributes', () => {
  it('keeps the caption as label, and leaves out what says nothing', () => {
    const { attributes } = collect({
      ' Plan Type ': 'pro',
      Budget: 0,
      VIP: false,
      a: null,
      b: '',
      c: 'null',
      d: '{{d}}',
      e: [],
    });
    expect(attributes).toEqual([
      { key: 'planType', label: 'Plan Type', type: 'string', value: 'pro' },
      { key: 'budget', label: 'Budget', type: 'number', value: 0 },
      { key: 'vip', label: 'VIP', type: 'boolean', value: false },
    ]);
  });

  it('gives a caption the attribute that the source names for it, by caption or by the key it would have', () => {
    const captions = { 'Phone Number': 'phone', correo: 'email', internalNote: null };
    const { byKey, identities } = collect(
      { 'Phone Number ': '07700 900123', Correo: 'Ada@Mail.Test', 'Internal note': 'x' },
      { captions, region: 'GB' },
    );
    expect(byKey).toEqual({ phone: '+447700900123', email: 'ada@mail.test' });
    expect(identities).toEqual([
      { kind: 'email', namespace: '', value: 'ada@mail.test' },
      { kind: 'phone', namespace: '', value: '+447700900123' },
    ]);
  });

  it('reports captions that give one attribute different values, and keeps the first', () => {
    const { byKey, notes } = collect({ 'Plan Type': 'pro', plan_type: 'free', 'PLAN TYPE': 'pro' });
    expect(byKey).toEqual({ planType: 'pro' });
    expect(notes).toEqual([expect.stringMatching(/"Plan Type" and "plan_type" are both the attribute planType/)]);
  });

  it('lets a caption without a value give way to another one for the same attribute', () => {
    expect(collect({ email: null, Email: 'ada@mail.test' })).toMatchObject({
      byKey: { email: 'ada@mail.test' },
      notes: [],
    });
  });

  it('flattens objects, and leaves out what is nested too deep or no list of single values', () => {
    const { byKey, notes } = collect({
      address: { city: 'Oslo', geo: { lat: 1 } },
      deep: { a: { b: { c: { d: 1 } } } },
      list: [{ a: 1 }],
    });
    expect(byKey).toEqual({ addressCity: 'Oslo', addressGeoLat: 1 });
    expect(notes).toEqual([
      expect.stringContaining('nested too deep'),
      expect.stringContaining('"list" is a list of things'),
    ]);
  });

  it('keeps an address that is none as it is, but recognises nobody by it', () => {
    const { byKey, identities, notes } = collect({ email: 'ada at mail', phone: '07700 900123' });
    expect(byKey).toEqual({ email: 'ada at mail', phone: '07700 900123' });
    expect(identities).toEqual([]);
    expect(notes).toEqual([
      expect.stringContaining('"email" is no e-mail'),
      expect.stringContaining('"phone" has no country code'),
    ]);
  });

  it('reads a phone number that came as a JSON number by its digits', () => {
    expect(collect({ phone: 7700900123 }, { region: 'GB' }).byKey).toEqual({ phone: '+447700900123' });
  });

  it('brings a value to the type that the platform declares', () => {
    const raw: RawAttribute[] = [
      { label: 'a', value: '12', type: 'number' },
      { label: 'b', value: '2024-01-01', type: 'string' },
      { label: 'c', value: 'soon', type: 'date' },
    ];
    const { attributes, notes } = collectAttributes(raw, options);
    expect(attributes.map(({ type, value }) => [type, value])).toEqual([
      ['number', 12],
      ['string', '2024-01-01'],
    ]);
    expect(notes).toEqual(['"c" is no date and was left out.']);
  });

  it('takes a fallback only where nothing else gave a value, wherever it stands', () => {
    const fallback: RawAttribute = { label: 'x', key: 'city', value: 'Rome', fallback: true };
    const first = (raw: RawAttribute[]) => collectAttributes(raw, options);
    expect(first([fallback, { label: 'city', value: 'Oslo' }])).toMatchObject({
      attributes: [{ value: 'Oslo' }],
      notes: [],
    });
    expect(first([fallback, { label: 'city', value: '' }]).attributes).toMatchObject([{ value: 'Rome' }]);
  });

  it('limits how much one event can say', () => {
    const many = Object.fromEntries(Array.from({ length: 600 }, (_, n) => [`field${n}`, n]));
    const { attributes, notes } = collect({ ...many, long: 'x'.repeat(70_000) });
    expect(attributes).toHaveLength(500);
    expect(notes).toEqual([expect.stringContaining('Only 500'), expect.stringContaining('longer than')]);
  });

  it('never gives two attributes one key, nor a value that says nothing, whatever arrives', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string({ unit: 'grapheme' }), fc.jsonValue()), (values) => {
        const { attributes } = collect(values);
        expect(new Set(attributes.map(({ key }) => key)).size).toBe(attributes.length);
        for (const { value } of attributes) expect(isNoValue(value)).toBe(false);
      }),
    );
  });
});
