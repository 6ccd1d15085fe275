import { expect, it, onTestFinished } from 'vitest';
import { createSmtpEmulator } from '../sandbox/smtp/index.js';
import { startSandbox } from '../sandbox/sandbox-server.js';
import { variablesBefore, variablesWith } from './sandboxes.js';

const variables = { SANDBOX_SMTP_SERVER_PORT: '0', SANDBOX_HUBSPOT_URL: 'http://elsewhere.test', OTHER: 'kept' };

it('files can be read before the sandboxes run: every name has a value of the right kind', () => {
  expect(variablesBefore({ variables })).toMatchObject({
    SANDBOX_SMTP_URL: 'http://127.0.0.1:1',
    SANDBOX_SMTP_SERVER_PORT: '1',
    SANDBOX_HUBSPOT_URL: 'http://elsewhere.test',
    OTHER: 'kept',
  });
});

it('files name the port that a server really got, and an address of the environment rather than our own', async () => {
  const sandbox = await startSandbox(createSmtpEmulator, { port: 0 });
  onTestFinished(() => sandbox.close());
  const hubspot = { ...sandbox, id: 'hubspot', origin: 'http://127.0.0.1:3101', serverPort: null };
  expect(variablesWith({ variables }, [sandbox, hubspot])).toEqual({
    SANDBOX_SMTP_URL: sandbox.origin,
    SANDBOX_SMTP_SERVER_PORT: String(sandbox.serverPort),
    SANDBOX_HUBSPOT_URL: 'http://elsewhere.test',
    OTHER: 'kept',
  });
  expect(variablesWith({ variables }, [])).toEqual(variables);
});
