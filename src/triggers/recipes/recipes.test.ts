import { describe, expect, it } from 'vitest';
import { destinations } from '../../destinations/registry.js';
import { readyMadeScores } from '../../scoring/ready-made-scores.js';
import { checkTrigger } from '../definition/check-trigger.js';
import { describeTrigger } from '../definition/describe-trigger.js';
import { recipes } from './recipes.js';

/** Every provider, under its own name, and e-mail under the name that the demo gives it. */
const catalog = new Map(destinations.map((each) => [each.id === 'smtp' ? 'mail' : each.id, each]));
const scores = new Map(
  readyMadeScores.map(({ key, definition }) => [
    key,
    'levels' in definition ? definition.levels.map(({ name }) => name) : [],
  ]),
);

describe.each(recipes.map((recipe) => [recipe.title, recipe] as const))('the recipe "%s"', (_title, recipe) => {
  it('can be saved as it is where its destinations, its segments and its score are', () => {
    const segments = new Map(recipe.segments.map(({ key, rule }) => [key, rule]));
    const world = { catalog, segments, scores, attributeType: () => undefined };
    expect(checkTrigger(recipe.trigger.definition, world)).toEqual([]);
    if (recipe.score !== undefined) expect([...scores.keys()]).toContain(recipe.score);
  });

  it('can be read in words', () => {
    const words = describeTrigger(recipe.trigger.definition);
    expect(words).toMatch(/^When .+:\n/);
    expect(words).not.toMatch(/undefined|\[object/);
  });
});
