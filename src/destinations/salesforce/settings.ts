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
  access_token: ['accessToken'],
} as const;

const oldestVersionWithDuplicateHeader = 52;

export const salesforceSettings = z
  .strictObject({
    instanceUrl: myDomain,
    signIn: z
      .enum(['client_credentials', 'access_token'])
      .default('client_credentials')
      .describe(
        'client_credentials: an external client app with a run-as user; access_token: a token you paste, for a trial',
      ),
    clientId: z.string().trim().default('').describe('Consumer key of the external client app'),
    clientSecret: z.string().trim().default('').describe('Consumer secret of the external client app'),
    accessToken: z.string().trim().default('').describe('A session token; it ends with the session'),
    apiVersion: z
      .string()
      .regex(/^\d{2,3}\.0$/, 'Write it as 60.0')
      .refine((version) => Number(version) >= oldestVersionWithDuplicateHeader, 'Parley needs version 52.0 or newer')
      .default('60.0')
      .describe('Version of the REST API to speak'),
    lastNameFallback: z
      .string()
      .trim()
      .min(1)
      .max(80)
      .default('(unknown)')
      .describe('Last name of a new contact whose last name is not known: Salesforce demands one'),
    recordsPerCall: z
      .int()
      .min(1)
      .max(200)
      .default(200)
      .describe('Records in one call; fewer where triggers and flows of the org are slow'),
    timeoutSeconds: z
      .int()
      .min(5)
      .max(600)
      .default(60)
      .describe('A call without an answer is given up after this long'),
    dailyCallsKeptPercent: z
      .int()
      .min(0)
      .max(90)
      .default(10)
      .describe("Share of the org's daily API calls that Parley leaves to everybody else"),
  })
  .superRefine((settings, context) => {
    for (const name of needed[settings.signIn])
      if (settings[name] === '')
        context.addIssue({ code: 'custom', path: [name], message: `Needed to sign in with ${settings.signIn}` });
  });

export type SalesforceSettings = z.infer<typeof salesforceSettings>;
