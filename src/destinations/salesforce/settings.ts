import { z } from 'zod';

const hostProblems: readonly { readonly test: RegExp; readonly message: string }[] = [
  {
    test: /\.lightning\.force\.com/i,
    message: 'This is the address of the user interface. Take the My Domain address: https://….my.salesforce.com',
  },
  {
    test: /^https?:\/\/(login|test)\.salesforce\.com/i,
    message:
      'Take your own My Domain address, https://….my.salesforce.com: the shared sign-in host does not know your app',
  },
  {
    test: /^http:.*\.(salesforce|force)\.com/i,
    message: 'Write https:// in front, so that the secret is encrypted on its way',
  },
];

const myDomain = z
  .url({ protocol: /^https?$/ })
  .superRefine((url, context) => {
    const problem = hostProblems.find(({ test }) => test.test(url));
    if (problem !== undefined) context.addIssue({ code: 'custom', message: problem.message });
  })
  .overwrite((url) => URL.parse(url)?.origin ?? url)
  .describe('My Domain address of the org, for example https://acme.my.salesforce.com (or a sandbox to rehearse with)');

/** What each way to sign in needs. */
const needed = {
  client_credentials: ['clientId', 'clientSecret'],
  web_server: ['clientId', 'clientSecret'],
  jwt_bearer: ['clientId', 'username', 'privateKey'],
  access_token: ['accessToken'],
} as const;
export type SignIn = keyof typeof needed;

const oldestVersionWithDuplicateHeader = 52;
const stopGap = (usual: string, longest: number) => z.string().trim().min(1).max(longest).default(usual);
const percent = z.int().min(0).max(90);

export const salesforceSettings = z
  .strictObject({
    instanceUrl: myDomain,
    signIn: z
      .enum(['client_credentials', 'web_server', 'jwt_bearer', 'access_token'])
      .default('client_credentials')
      .describe(
        'client_credentials: an external client app with a run-as user; web_server: a person signs in once; jwt_bearer: an app with a certificate; access_token: a token you paste, for a trial',
      ),
    clientId: z.string().trim().default('').describe('Consumer key of the external client app'),
    clientSecret: z.string().trim().default('').describe('Consumer secret of the external client app'),
    username: z.string().trim().default('').describe('Only with jwt_bearer: user name of the integration user'),
    privateKey: z
      .string()
      .trim()
      .default('')
      .describe('Only with jwt_bearer: private key (PEM, PKCS #8) of the certificate that the app knows'),
    jwtAudience: z
      .union([z.literal(''), z.url({ protocol: /^https?$/ })])
      .default('')
      .describe(
        'Only with jwt_bearer: the sign-in host the assertion is for; empty: login or test, as the address says',
      ),
    accessToken: z.string().trim().default('').describe('A session token; it ends with the session'),
    apiVersion: z
      .string()
      .regex(/^\d{2,3}\.0$/, 'Write it as 60.0')
      .refine((version) => Number(version) >= oldestVersionWithDuplicateHeader, 'Parley needs version 52.0 or newer')
      .default('60.0')
      .describe('Version of the REST API to speak'),
    lastNameFallback: stopGap('(unknown)', 80).describe(
      'Last name of a new person whose last name is not known: Salesforce demands one',
    ),
    companyFallback: stopGap('(unknown)', 255).describe(
      'Company of a new lead whose company is not known: Salesforce demands one',
    ),
    doNotCallMeans: z
      .enum(['nothing', 'sms', 'whatsapp', 'sms_and_whatsapp'])
      .default('nothing')
      .describe(
        'Which consents the box "Do Not Call" stands for: their withdrawal ticks it, and a tick counts as their withdrawal',
      ),
    contactPointConsents: z
      .boolean()
      .default(false)
      .describe(
        'Keep Individual and contact-point type consents as well; needs Data Protection and Privacy switched on in the org',
      ),
    recordsPerCall: z
      .int()
      .min(1)
      .max(200)
      .default(200)
      .describe('Records in one call; fewer where triggers and flows of the org are slow'),
    callsAtOnce: z
      .int()
      .min(1)
      .max(20)
      .default(5)
      .describe(
        'Calls under way at once; an org allows 25 that run longer than 20 seconds, a developer org 5, for all its apps',
      ),
    timeoutSeconds: z
      .int()
      .min(5)
      .max(600)
      .default(60)
      .describe('A call without an answer is given up after this long'),
    dailyCallsKeptPercent: percent
      .default(10)
      .describe("Share of the org's daily API calls that Parley leaves to everybody else"),
    dailyCallsKeptForSyncPercent: percent
      .default(15)
      .describe(
        "Share of the org's daily API calls that, beyond that, only sync and actions may use: reading history waits earlier",
      ),
    organizationId: z
      .union([z.literal(''), z.string().regex(/^00D\w{12}(\w{3})?$/, 'It begins with 00D and has 15 or 18 characters')])
      .default('')
      .describe('Organisation ID (Setup, Company Information): outbound messages of other orgs are refused'),
    webhookSecret: z
      .string()
      .trim()
      .default('')
      .describe('A long random text of your own: it stands in the address of the outbound message'),
    streamChanges: z
      .boolean()
      .default(false)
      .describe('Hear of changes at once through Change Data Capture; choose the entities in Setup first'),
  })
  .superRefine((settings, context) => {
    for (const name of needed[settings.signIn])
      if (settings[name] === '')
        context.addIssue({ code: 'custom', path: [name], message: `Needed to sign in with ${settings.signIn}` });
  });

export type SalesforceSettings = z.infer<typeof salesforceSettings>;
