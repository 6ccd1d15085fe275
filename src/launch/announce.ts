import type { Parley } from './start-parley.js';

/** Says where everything is, for the person who has just started it. */
export function announce({ url, role, sandboxes, firstApiKey }: Parley): void {
  const lines = [
    '',
    `  Parley (${role}) is running at ${url}`,
    ...(role === 'worker' ? [] : [`    webhooks   ${url}/hooks/<source>`, `    API        ${url}/docs`]),
    `    health     ${url}/readyz    metrics ${url}/metrics`,
    ...sandboxes.map(
      ({ title, origin, serverPort }) =>
        `    ${`${title} sandbox`.padEnd(20)} ${origin}/_sandbox${serverPort === null ? '' : `    (takes mail at port ${serverPort})`}`,
    ),
    ...(firstApiKey === null
      ? []
      : ['', '  Your API key, shown this once (npm run api-key makes another):', `    ${firstApiKey}`]),
    '',
    '  Ctrl-C stops everything.',
    '',
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
}
