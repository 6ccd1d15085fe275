import { describe, expect, it } from 'vitest';
import { triggerRehearsal } from './rehearsal.js';

const parley = triggerRehearsal();

const vips = `
- key: vips
  title: VIPs
  rule: { version: 1, all: [{ tags: anyOf, value: [vip] }] }
`;
const addToList = `
when: { segment: vips }
steps:
  - id: list
    do: { destination: hubspot, action: list.add, input: { list: VIPs } }
`;

const listCalls = () => parley.calls('/crm/v3/lists').filter(({ path, method }) => method === 'PUT' && path.includes('memberships'));

describe('entering a segment', () => {
  it('does what the trigger says, once, after the destination holds the data that caused it', async () => {
    await parley.segments(vips);
    await parley.trigger(addToList);
    await parley.say('ada', { tagsAdded: ['vip'], fields: { firstName: 'Ada' } });
    expect(await parley.runs()).toMatchObject([{ status: 'planned', step: 'list' }]);
    await parley.play();
    expect(await parley.runs()).toMatchObject([{ status: 'done', code: null }]);
    expect(await parley.actions()).toMatchObject([{ action: 'list.add', status: 'done', input: { list: 'VIPs' } }]);
    expect(await parley.steps()).toEqual([{ step: 'list', outcome: 'done', code: null }]);
    const [upsert] = parley.calls('/crm/v3/objects/contacts/batch/upsert');
    const [added] = listCalls();
    expect(upsert?.at.getTime()).toBeLessThanOrEqual(added?.at.getTime() ?? 0);
    await parley.say('ada', { tagsAdded: ['vip'] });
    await parley.play();
    expect(listCalls()).toHaveLength(1);
  });
});
