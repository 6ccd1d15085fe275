import ApiClient from '@mailchimp/mailchimp_marketing/src/ApiClient.js';
import { DeliveryError } from '../delivery-error.js';
import type { ConnectionContext } from '../destination.js';
import { apiRoot, rootOfGrant, type MailchimpSettings } from './settings.js';

/**
 * The SDK's client for one account: one of its own per connection (the SDK's default one is shared by the whole process), with
 * the key of the settings or the token of the grant.
 */
export class AccountAccess {
  #open: { readonly secret: string; readonly client: ApiClient } | null = null;

  constructor(
    private readonly settings: MailchimpSettings,
    private readonly context: ConnectionContext,
    private readonly timeoutMs: number,
  ) {}

  /** @throws DeliveryError `unauthorized` when a person has to connect the account */
  async client(): Promise<ApiClient> {
    const { settings, context } = this;
    if (settings.apiKey !== undefined) return this.#with(settings.apiKey, apiRoot(settings), 'apiKey');
    if (context.grants === null)
      throw new DeliveryError('unauthorized', 'Nobody has connected this Mailchimp account yet', {
        code: 'not_connected',
      });
    const grant = await context.grants.current();
    return this.#with(grant.accessToken, rootOfGrant(settings, grant), 'accessToken');
  }

  #with(secret: string, root: string, kind: 'apiKey' | 'accessToken'): ApiClient {
    if (this.#open?.secret === secret) return this.#open.client;
    const client = new ApiClient();
    client.basePath = root;
    client.setConfig(kind === 'apiKey' ? { apiKey: secret } : { accessToken: secret });
    client.timeout = this.timeoutMs;
    this.#open = { secret, client };
    return client;
  }
}
