import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ServedOrg } from '../test-support.js';

let org: ServedOrg;
beforeAll(async () => {
  org = await ServedOrg.start();
});
beforeEach(() => org.reset());
afterAll(() => org.close());

describe('the recycle bin', () => {
  it('is emptied of a record through jsforce, for good', async () => {
    const id = await org.make('Contact', { LastName: 'Ito' });
    const connection = org.jsforce();
    await connection.sobject('Contact').destroy(id);
    expect(await connection.soap.emptyRecycleBin([id])).toMatchObject([{ id, success: true }]);
    expect((await org.state()).recycleBin).toEqual({});
    expect(await connection.soap.emptyRecycleBin([id])).toMatchObject([{ success: false }]);
  });

  it('is emptied by nobody who is not signed in', async () => {
    const connection = org.jsforce();
    connection.accessToken = 'nobody';
    await expect(connection.soap.emptyRecycleBin(['003B00000000001IAA'])).rejects.toThrow();
  });

  it('is the only thing that SOAP is for', async () => {
    await expect(org.jsforce().soap.getServerTimestamp()).rejects.toThrow('does not play getServerTimestamp');
  });
});
