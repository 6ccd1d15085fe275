import type { HookRequest } from './chat-platform.js';
import { type Proof, sharedSecret, type SecretPlaces, tokenIn } from './proof.js';

export interface GoogleTokenSettings extends SecretPlaces {
  readonly authentication: 'secret' | 'id_token';
  readonly audience: string | null;
  readonly serviceAccount: string | null;
  readonly keysUrl: string;
}

/** How a Google service proves itself: by a shared secret, or by an ID token that Google signs for the address it calls. */
export function googleProof(request: HookRequest, settings: GoogleTokenSettings): Proof {
  const { authentication, audience, serviceAccount, keysUrl } = settings;
  if (authentication === 'secret' || audience === null) return sharedSecret(request, settings);
  return {
    kind: 'token',
    token: tokenIn(request.headers.authorization),
    expected: {
      issuers: ['https://accounts.google.com', 'accounts.google.com'],
      audience,
      keysUrl,
      toleranceSeconds: 60,
      misfit: ({ email }) =>
        serviceAccount === null || email === serviceAccount
          ? null
          : 'The token is not from the service account that this source expects.',
    },
  };
}
