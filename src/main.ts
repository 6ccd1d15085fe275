import { enableCompileCache } from 'node:module';

// The second start finds what the first one compiled. It has to be on before anything else is imported.
enableCompileCache();
await import('reflect-metadata');
const { readEnvironment } = await import('../config/env.js');
const { announce } = await import('./launch/announce.js');
const { runUntilStopped } = await import('./launch/run-until-stopped.js');

await runUntilStopped(async () => {
  const env = readEnvironment();
  const { startParley } = await import('./launch/start-parley.js');
  const parley = await startParley(env);
  announce(parley);
  return parley;
});
