import type { HookRequest, SourceContext } from '../../chat-platform.js';
import { field, textOf } from '../../json-fields.js';
import { type Proof, sharedSecret, tokenIn } from '../../proof.js';
import { objectSent } from '../../read-request.js';
import { activityIn } from './activity.js';
import type { BotFrameworkSettings } from './settings.js';

/**
 * Composer's own request carries what its author typed. The Bot Connector signs a token for the bot, which must also name the address
 * that the activity says it came from.
 *
 * @see https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-authentication
 */
export function presentedProof(request: HookRequest, { settings }: SourceContext<BotFrameworkSettings>): Proof {
  const { authentication, appId, issuer, keysUrl } = settings;
  if (authentication === 'secret' || appId === null) return sharedSecret(request, settings);
  return {
    kind: 'token',
    token: tokenIn(request.headers.authorization),
    expected: {
      issuers: [issuer],
      audience: appId,
      keysUrl,
      toleranceSeconds: 300,
      misfit: (claims, { body, ...rest }) => {
        const activity = activityIn(objectSent({ ...rest, body }));
        const said = activity === null ? null : textOf(field(activity, 'serviceUrl'));
        const claimed = claims.serviceurl ?? claims.serviceUrl;
        return said === null || claimed === said
          ? null
          : 'The token is for another serviceUrl than the activity names.';
      },
    },
  };
}
