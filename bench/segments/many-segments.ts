import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parse, stringify } from 'yaml';

interface SegmentFile {
  readonly key: string;
  readonly title: string;
  readonly rule: object;
}

const countries = ['ES', 'FR', 'DE', 'IT', 'PT', 'GB', 'US', 'MX', 'AR', 'CO'];
const plans = ['free', 'pro', 'team'];
const tags = ['vip', 'newsletter', 'buyer', 'lead', 'support'];
const pick = <T>(list: readonly T[], index: number): T | undefined => list[index % list.length];

/** What the segments of a busy account are about: mostly attributes, then tags, other segments, consents, events of many names. */
const kinds: readonly ((index: number) => object)[] = [
  (n) => ({ all: [{ attribute: 'country', operator: 'equals', value: pick(countries, n) }, number(n)] }),
  (n) => ({ all: [{ attribute: 'plan', operator: 'oneOf', value: [pick(plans, n), 'other'] }, number(n)] }),
  (n) => ({
    any: [{ attribute: 'firstName', operator: 'startsWith', value: String.fromCharCode(97 + (n % 26)) }, number(n)],
  }),
  (n) => ({ all: [number(n), { attribute: 'newsletter', operator: 'equals', value: n % 2 === 0 }] }),
  (n) => ({ none: [{ attribute: 'language', operator: 'equals', value: 'en' }, number(n)] }),
  (n) => ({ all: [{ attribute: 'lastOrderAt', operator: 'moreThanAgo', value: { days: 1 + (n % 90) } }] }),
  (n) => ({ all: [{ tags: 'anyOf', value: [pick(tags, n)] }, number(n)] }),
  (n) => ({ all: [{ consent: 'email', operator: 'is', value: 'granted' }, number(n)] }),
  (n) => ({ all: [{ segment: `segment-${n - (n % 10)}`, operator: 'in' }, number(n)] }),
  (n) => ({
    all: [
      {
        events: { names: [`event_${n % 50}`] },
        within: { last: { days: 30 } },
        measure: 'count',
        operator: 'atLeast',
        value: 2,
      },
    ],
  }),
];

const number = (n: number): object => ({ attribute: 'budget', operator: 'atLeast', value: (n * 37) % 5_000 });

/** Adds so many segments to the configuration of the benchmark. */
export function addSegments(folder: string, count: number): void {
  const file = path.join(folder, 'bench.yaml');
  const segments = Array.from({ length: count }, (_unused, index): SegmentFile => {
    const rule = kinds[index % kinds.length]?.(index);
    return { key: `segment-${index}`, title: `Segment ${index}`, rule: { version: 1, ...rule } };
  });
  const configuration: unknown = parse(readFileSync(file, 'utf8'));
  writeFileSync(file, stringify({ ...Object(configuration), segments }));
}
