import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { behaviourSchema } from '../../sandbox/hubspot/behaviour.js';
import { hubspot } from './definition.js';
import { derives } from './history/index.js';
import { mappingOptionsSchema } from './mapping-options.js';
import { syncNeeds } from './scopes.js';
import { settingsSchema } from './settings.js';

const page = (name: string): string => readFileSync(path.resolve('docs', name), 'utf8');
const about = page('providers/hubspot.md');

/** Those of the names that a page does not mention as code. */
const unmentioned = (names: readonly string[], text: string): string[] =>
  names.filter((name) => !text.includes(`\`${name}\``));

describe('the page about HubSpot', () => {
  it('names every setting, and every choice of a mapping', () => {
    expect(unmentioned(Object.keys(settingsSchema.shape), about)).toEqual([]);
    const { emailConsent, ...choices } = mappingOptionsSchema.shape;
    const names = [
      ...Object.keys(choices),
      ...Object.keys(emailConsent.unwrap().shape).map((name) => `emailConsent.${name}`),
    ];
    expect(names.filter((name) => !about.includes(name))).toEqual([]);
  });

  it('names every action and every stream in a row with all the scopes it needs', () => {
    const rows = about.split('\n').filter((line) => line.startsWith('| `'));
    for (const { id, scopes } of [...(hubspot.actions ?? []), ...(hubspot.history ?? [])]) {
      const row = rows.find((line) => line.split('|')[1]?.includes(`\`${id}\``)) ?? '';
      expect(row, id).not.toBe('');
      // "the same and …" points to the row above.
      if (!row.includes('the same and')) expect(unmentioned(scopes, row), id).toEqual([]);
    }
  });

  it('names every attribute that is worked out, and every scope of the sync', () => {
    const names = [...derives.map(({ key }) => key), ...Object.keys(syncNeeds)];
    expect(unmentioned(names, about)).toEqual([]);
  });
});

describe('the page about the sandbox', () => {
  it('names every way in which HubSpot’s can behave', () => {
    expect(unmentioned(Object.keys(behaviourSchema.shape), page('sandbox.md'))).toEqual([]);
  });
});
