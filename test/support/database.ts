import { randomUUID } from 'node:crypto';
import type { DataSource } from 'typeorm';
import { afterAll, beforeAll, inject } from 'vitest';
import { createDataSource } from '../../config/data-source.js';

/** A database of its own for one test file, cloned from the migrated template. Call at the top of the file. */
export function testDatabase(): { readonly url: string; readonly dataSource: DataSource } {
  const state: { url: string; dataSource: DataSource | null } = { url: '', dataSource: null };
  beforeAll(async () => {
    const server = inject('databaseServerUrl');
    const name = `test_${randomUUID().replaceAll('-', '')}`;
    const admin = createDataSource(server, 1);
    await admin.initialize();
    await admin.query(`CREATE DATABASE ${name} TEMPLATE template`);
    await admin.destroy();
    state.url = server.replace(/\/parley$/, `/${name}`);
    state.dataSource = createDataSource(state.url, 8);
    await state.dataSource.initialize();
  });
  afterAll(async () => {
    await state.dataSource?.destroy();
  });
  return {
    get url() {
      return state.url;
    },
    get dataSource() {
      if (state.dataSource === null) throw new Error('the test database is there only while tests run');
      return state.dataSource;
    },
  };
}
