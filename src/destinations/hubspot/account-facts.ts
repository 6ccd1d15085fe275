import { z } from 'zod';
import type { ConnectionMemory } from '../destination.js';
import { accountDetails, oauthInfo, privateAppInfo, type TokenInfo } from './api/account.js';
import type { HubspotClient } from './client.js';
import type { HubspotSettings } from './settings.js';

const factsSchema = z.object({
  portalId: z.string(),
  /** Of the app whose token it is: what it changed is our own doing. null: HubSpot does not say. */
  appId: z.string().nullable(),
  timeZone: z.string(),
});
type Facts = z.infer<typeof factsSchema>;

const memoryName = 'account';

/** What never changes about an account: asked for once, and found again after a restart. */
export class AccountFacts {
  #known: Promise<Facts> | null = null;

  constructor(
    private readonly client: HubspotClient,
    private readonly settings: HubspotSettings,
    private readonly memory: ConnectionMemory,
  ) {}

  /** @throws DeliveryError */
  get(): Promise<Facts> {
    const asked = (this.#known ??= this.#find());
    asked.catch(() => {
      if (this.#known === asked) this.#known = null;
    });
    return asked;
  }

  /** What may change: the scopes. @throws DeliveryError */
  tokenInfo(): Promise<TokenInfo> {
    return this.settings.accessToken === undefined ? oauthInfo(this.client) : privateAppInfo(this.client);
  }

  async #find(): Promise<Facts> {
    const remembered = factsSchema.safeParse(await this.memory.get(memoryName));
    const facts = remembered.success ? remembered.data : await this.#ask();
    this.client.timeZone ??= facts.timeZone;
    return facts;
  }

  async #ask(): Promise<Facts> {
    const { appId } = await this.tokenInfo();
    const { portalId, timeZone } = await accountDetails(this.client);
    const facts = { portalId, appId: this.settings.appId ?? appId ?? null, timeZone };
    await this.memory.set(memoryName, facts);
    return facts;
  }
}
