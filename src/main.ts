import 'reflect-metadata';
import { readEnvironment } from '../config/env.js';
import { announce } from './launch/announce.js';
import { runUntilStopped } from './launch/run-until-stopped.js';
import { startParley } from './launch/start-parley.js';

await runUntilStopped(async () => {
  const parley = await startParley(readEnvironment());
  announce(parley);
  return parley;
});
