import { describe, expect, it } from 'vitest';
import { forgetStatements, keptTables } from '../../src/erasure/forget-profile.js';
import { Erasure } from '../../src/erasure/erasure.service.js';
import { hubspotRehearsal } from '../support/hubspot-rehearsal.js';

const hub = hubspotRehearsal();

describe('forgetting a person', () => {
  it('leaves no table out that names a profile', async () => {
    const rows = await hub.rows<{ name: string }>(
      `SELECT DISTINCT COALESCE(parent.relname, c.relname)::text AS name FROM pg_attribute a
       JOIN pg_class c ON c.oid = a.attrelid AND c.relkind IN ('r', 'p')
       LEFT JOIN pg_inherits i ON i.inhrelid = c.oid LEFT JOIN pg_class parent ON parent.oid = i.inhparent
       WHERE a.attname = 'profile_id' AND c.relnamespace = 'public'::regnamespace`,
    );
    const known = [...Object.keys(forgetStatements), ...keptTables];
    expect(known).toEqual(expect.arrayContaining(rows.map(({ name }) => name)));
  });

  it('leaves nothing behind here, and plans it where the destination can do it', async () => {
    const id = await hub.say('ada', { firstName: 'Ada' });
    await hub.drain();
    const plan = await hub.core.get(Erasure).run(id, 'test');
    expect(plan).toMatchObject({ profileId: id, destinations: [{ destination: 'hubspot' }] });
    for (const table of Object.keys(forgetStatements).filter(
      (name) => !['event_keys', 'trigger_steps', 'profiles'].includes(name),
    ))
      expect(await hub.rows(`SELECT 1 FROM ${table} WHERE profile_id = $1`, [id]), table).toEqual([]);
    expect(await hub.rows(`SELECT 1 FROM profiles WHERE id = $1`, [id])).toEqual([]);
  });

  it('makes a new person of whoever writes again, also of the same message', async () => {
    const id = await hub.say('ada', { firstName: 'Ada' });
    await hub.core.get(Erasure).run(id, 'test');
    const again = await hub.say('ada', { country: 'Peru' });
    expect(again).not.toBe(id);
    expect(await hub.rows(`SELECT attributes FROM profiles WHERE id = $1`, [again])).toEqual([
      { attributes: { country: 'Peru', email: 'ada@example.com' } },
    ]);
  });

  it('answers that there is nobody when it is asked twice', async () => {
    const id = await hub.say('ada', {});
    await hub.core.get(Erasure).run(id, 'test');
    expect(await hub.core.get(Erasure).run(id, 'test')).toBeNull();
  });
});
