import type { Screen } from './demo-target.js';

const leastMs = 100;

/** One line that is written over while something goes on; where there is no terminal, only its last state is written. */
export function progressLine(screen: Screen) {
  let shownAt = 0;
  return {
    show(text: string): void {
      if (screen.isTTY !== true || performance.now() - shownAt < leastMs) return;
      shownAt = performance.now();
      screen.write(`\r\u001B[2K  ${text} …`);
    },
    done(text: string): void {
      screen.write(screen.isTTY === true ? `\r\u001B[2K  ${text}\n` : `  ${text}\n`);
    },
  };
}
