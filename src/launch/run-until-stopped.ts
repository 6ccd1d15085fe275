import { ConfigurationError } from '../../config/env.js';

/** npm passes on a Ctrl-C that the terminal has sent us as well: two signals this close are one. */
const sameSignalMs = 1_000;

/**
 * Runs something that has to be closed, until it is told to stop. A second Ctrl-C while it closes ends the process at once.
 * What goes wrong is said in one sentence, and the process ends with status 1.
 */
export async function runUntilStopped(start: () => Promise<{ close(): Promise<void> }>): Promise<void> {
  let stoppedAtMs: number | null = null;
  const started = start();
  const stop = (): void => {
    if (stoppedAtMs !== null) {
      if (performance.now() - stoppedAtMs > sameSignalMs) process.exit(130);
      return;
    }
    stoppedAtMs = performance.now();
    started
      .then((running) => running.close())
      .then(
        () => process.exit(0),
        (error: unknown) => fail(error),
      );
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  try {
    await started;
  } catch (error) {
    fail(error);
  }
}

/** Ends the process with status 1 and the reason. */
export function fail(error: unknown): never {
  const said = error instanceof Error ? error.message : String(error);
  const intro = error instanceof ConfigurationError ? 'The configuration is wrong:\n' : '';
  process.stderr.write(`\n${intro}${said}\n\n`);
  process.exit(1);
}
