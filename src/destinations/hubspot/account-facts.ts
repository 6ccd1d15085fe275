import type { ConnectionMemory } from '../destination.js';
import { type Facts, recallFacts, rememberFacts } from './account-memory.js';
import { type AccountDetails, accountDetails, oauthInfo, privateAppInfo, type TokenInfo } from './api/account.js';
import type { HubspotClient } from './client.js';
import type { HubspotSettings } from './settings.js';

/** Whose account it is and by which app we speak to it: asked for once, and found again after a restart. */
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

  /** As they are now; remembered. @throws DeliveryError */
  async look(): Promise<{ readonly token: TokenInfo; readonly details: AccountDetails; readonly facts: Facts }> {
    const token = await this.#tokenInfo();
    const details = await accountDetails(this.client);
    const facts = {
      portalId: details.portalId,
      appId: this.settings.appId ?? token.appId ?? null,
      timeZone: details.timeZone,
    };
    this.client.timeZone ??= facts.timeZone;
    await rememberFacts(this.memory, this.settings, facts);
    return { token, details, facts };
  }

  #tokenInfo(): Promise<TokenInfo> {
    return this.settings.accessToken === undefined ? oauthInfo(this.client) : privateAppInfo(this.client);
  }

  async #find(): Promise<Facts> {
    return (await recallFacts(this.memory, this.settings)) ?? (await this.look()).facts;
  }
}
