import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Logger } from '@nestjs/common';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hashSecret } from '../security/secret-hash.js';
import { addressList } from './address-list.js';
import type { ChatPlatform } from './chat-platform.js';
import { botFramework } from './platforms/bot-framework/bot-framework.js';
import { facebookMessage } from './platforms/bot-framework/fixtures.js';
import { generic } from './platforms/generic/generic.js';
import { rasa } from './platforms/rasa/rasa.js';
import { RequestVerifier } from './request-verifier.service.js';
import { shellSettings } from './source-settings.js';
import { requestWith, sourceOf } from './test-support.js';

Logger.overrideLogger(false); // it says so when keys cannot be read, which is what some tests want
const verifier = new RequestVerifier();

function active(platform: ChatPlatform, settings: object = {}) {
  const context = sourceOf(platform, settings);
  const shell = shellSettings.parse(context.settings);
  const allows = addressList(shell.allowedAddresses);
  return {
    platform,
    context,
    secretHashes: ['one-secret', 'user:two-secret'].map(hashSecret),
    allows,
    answerWithinMs: 1,
    shell,
  };
}

const basic = (text: string) => ({ authorization: `Basic ${Buffer.from(text).toString('base64')}` });

describe('a shared secret', () => {
  it.each([
    ['the right one', { 'x-parley-secret': 'one-secret' }, null],
    ['a wrong one', { 'x-parley-secret': 'one-secre' }, 'wrong_secret'],
    ['none', {}, 'wrong_secret'],
    ['the right one as a bearer token', { authorization: 'Bearer one-secret' }, null],
    ['the password of basic authentication', basic('anybody:one-secret'), null],
    ['user and password together', basic('user:two-secret'), null],
    ['another user with that password', basic('other:two-secret'), 'wrong_secret'],
    ['basic authentication without a colon', basic('one-secret'), null],
  ])('lets in or not: %s', async (_what, headers, reason) => {
    const refusal = await verifier.verify(active(generic), requestWith({}, { headers }));
    expect(refusal?.reason ?? null).toBe(reason);
  });

  it('in the address counts only where the source allows it', async () => {
    const request = requestWith({}, { query: { secret: 'one-secret' } });
    expect(await verifier.verify(active(generic), request)).not.toBeNull();
    expect(await verifier.verify(active(generic, { secretInUrl: true }), request)).toBeNull();
  });
});

describe('a list of addresses', () => {
  const settings = { allowedAddresses: ['203.0.113.0/24'], authentication: 'address' };

  it('keeps out who is not on it, whatever the secret', async () => {
    const request = requestWith({}, { headers: { 'x-parley-secret': 'one-secret' }, remoteAddress: '198.51.100.1' });
    expect(await verifier.verify(active(generic, settings), request)).toMatchObject({ status: 403 });
  });

  it('can be the only proof, and reads the header of one’s own proxy', async () => {
    expect(await verifier.verify(active(rasa, settings), requestWith({}))).toBeNull();
    const behind = active(rasa, { ...settings, clientAddressHeader: 'X-Forwarded-For' });
    const from = (header: string) =>
      requestWith({}, { headers: { 'x-forwarded-for': header }, remoteAddress: '10.0.0.1' });
    expect(await verifier.verify(behind, from('203.0.113.9'))).toBeNull();
    expect(await verifier.verify(behind, from('203.0.113.9, 198.51.100.1'))).toMatchObject({ reason: 'wrong_address' });
  });
});

describe('a token', () => {
  const keys = { url: '', asked: 0, broken: false };
  const pair = generateKeyPair('RS256');
  const server = createServer((_request, response) => {
    keys.asked += 1;
    void pair
      .then(({ publicKey }) => exportJWK(publicKey))
      .then((key) => {
        response.writeHead(keys.broken ? 500 : 200, { 'content-type': 'application/json' });
        response.end(JSON.stringify({ keys: [{ ...key, kid: 'k1', alg: 'RS256', use: 'sig' }] }));
      });
  });
  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    keys.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/keys`;
  });
  afterAll(() => server.close());

  const sign = async (
    claims: object,
    { audience = 'app-1', issuer = 'https://api.botframework.com', expires = '5m' } = {},
  ) =>
    new SignJWT({ serviceurl: facebookMessage.serviceUrl, ...claims })
      .setProtectedHeader({ alg: 'RS256', kid: 'k1' })
      .setIssuer(issuer)
      .setAudience(audience)
      .setIssuedAt()
      .setExpirationTime(expires)
      .sign((await pair).privateKey);
  const ask = (token: string, keysUrl = keys.url) =>
    verifier.verify(
      active(botFramework, { authentication: 'jwt', appId: 'app-1', keysUrl }),
      requestWith(facebookMessage, { headers: { authorization: `Bearer ${token}` } }),
    );

  it('of the Bot Connector lets in, and its keys are asked for once', async () => {
    expect(await ask(await sign({}))).toBeNull();
    expect(await ask(await sign({}))).toBeNull();
    expect(keys.asked).toBe(1);
  });

  it.each([
    ['for another bot', {}, { audience: 'app-2' }],
    ['from somebody else', {}, { issuer: 'https://evil.test' }],
    ['that has run out', {}, { expires: '-10m' }],
    ['for another address', { serviceurl: 'https://evil.test/' }, {}],
  ])('%s does not let in', async (_what, claims, options) => {
    expect(await ask(await sign(claims, options))).toMatchObject({ status: 401, reason: 'wrong_token' });
  });

  it.each(['', 'one-secret', 'a.b.c'])(
    'that is none (%j) does not let in, not even the source’s secret',
    async (token) => {
      expect(await ask(token)).toMatchObject({ status: 401, reason: 'wrong_token' });
    },
  );

  it('cannot be judged while the keys are out of reach, and the caller is told to come again', async () => {
    keys.broken = true;
    expect(await ask(await sign({}), `${keys.url}/other`)).toMatchObject({ status: 503, reason: 'no_keys' });
  });
});
