import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { AccountFacts } from './account-in-routes.js';
import type { Problem } from './problem.js';
import { problems } from './problem.js';

/** Mailchimp counts requests under way per user, not per second. */
const simultaneousConnections = 10;

export const tiers = ['standard', 'no-body'] as const;
export type Tier = (typeof tiers)[number];

/** Who may come in, and how many at once. */
export class FrontDoor {
  #underWay = new Set<FastifyRequest>();
  #tier: Tier | null = null;

  constructor(private readonly account: () => AccountFacts) {}

  /** `no-body`: what the network before the API answers at very high volume, a 403 without a word. */
  limit(tier: Tier | null): void {
    this.#tier = tier;
  }

  guard(app: FastifyInstance): void {
    app.addHook('onRequest', (request, _reply, done) => {
      this.#underWay.add(request);
      request.raw.on('close', () => this.#underWay.delete(request));
      done();
    });
    app.addHook('onResponse', (request, _reply, done) => {
      this.#underWay.delete(request);
      done();
    });
    app.addHook('preHandler', (request, reply, done) => {
      if (this.#tier === 'no-body' && this.#underWay.size > simultaneousConnections) {
        reply.code(403).send();
        return;
      }
      done(this.#refusal(request));
    });
  }

  #refusal(request: FastifyRequest): Problem | undefined {
    const key = presentedKey(request.headers.authorization);
    const { dataCentre, revokedKeys, tokens } = this.account();
    if (key === null) return problems.keyMissing();
    if (tokens.includes(key)) return this.#tooMany();
    const centre = /-(us\d+)$/.exec(key)?.[1];
    if (centre === undefined || revokedKeys.includes(key)) return problems.keyInvalid();
    if (centre !== dataCentre) return problems.wrongDataCentre(centre);
    return this.#tooMany();
  }

  #tooMany(): Problem | undefined {
    return this.#tier !== null && this.#underWay.size > simultaneousConnections
      ? problems.tooManyRequests()
      : undefined;
  }
}

/** Basic with any user name, or Bearer. */
function presentedKey(authorization: string | undefined): string | null {
  const [scheme, credentials] = (authorization ?? '').split(' ');
  if (credentials === undefined || credentials === '') return null;
  if (scheme === 'Bearer') return credentials;
  const key = Buffer.from(credentials, 'base64').toString('utf8').split(':').slice(1).join(':');
  return key === '' ? null : key;
}
