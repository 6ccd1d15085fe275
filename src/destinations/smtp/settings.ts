import { BlockList, isIP } from 'node:net';
import { z } from 'zod';

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

/** A server on this machine: nobody between us and it can listen. */
export function isThisMachine(host: string): boolean {
  const family = isIP(host);
  if (family === 0) return host.toLowerCase() === 'localhost';
  return loopback.check(host, family === 6 ? 'ipv6' : 'ipv4');
}

/** Where each kind of encryption is usually spoken (RFC 6409, RFC 8314, RFC 5321). */
export const usualPorts = { starttls: 587, tls: 465, none: 25 } as const;
export type Security = keyof typeof usualPorts;

const domain = z
  .string()
  .trim()
  .toLowerCase()
  .regex(/^[a-z0-9-]+(\.[a-z0-9-]+)+$/, 'must be what stands behind the @, for example acme.com');

export const settingsSchema = z
  .strictObject({
    host: z.string().trim().min(1).describe('Name or address of the mail server, for example smtp.acme.com'),
    port: z.coerce
      .number()
      .int()
      .min(1)
      .max(65_535)
      .optional()
      .describe('Left out: 587 for starttls, 465 for tls, 25 for none'),
    security: z
      .enum(['starttls', 'tls', 'none'])
      .default('starttls')
      .describe(
        'starttls: encrypted after a first word in the open, as is usual; tls: encrypted from the start; none: in the open',
      ),
    allowUnencrypted: z
      .boolean()
      .default(false)
      .describe(
        'Needed for security none with a server that is not on this machine: mails and password can be read on the way',
      ),
    certificate: z
      .string()
      .includes('-----BEGIN CERTIFICATE-----', { error: 'must be a certificate in PEM form' })
      .optional()
      .describe('Certificate of the authority that signed the server’s own, where that is one of your company’s'),
    user: z.string().min(1).optional().describe('Left out, with the password: the server lets us in without'),
    password: z.string().min(1).optional().describe('For Gmail and the like an app password, not the one people use'),
    from: z.email().describe('Address the mails come from; the server has to allow it'),
    fromName: z.string().trim().max(100).default('').describe('Name beside that address'),
    domains: z
      .array(domain)
      .min(1)
      .optional()
      .describe('Only addresses at these domains get anything, for example acme.com; left out: any address'),
    mailsPerMinute: z.coerce
      .number()
      .int()
      .min(1)
      .max(6_000)
      .default(30)
      .describe('Never more than that; 30 is what Microsoft 365 allows'),
  })
  .superRefine(({ host, security, allowUnencrypted, user, password }, context) => {
    if (security === 'none' && !allowUnencrypted && !isThisMachine(host))
      context.addIssue({
        code: 'custom',
        path: ['security'],
        message: 'none is for a server on this machine; with any other one allowUnencrypted: true is needed',
      });
    if ((user === undefined) !== (password === undefined))
      context.addIssue({
        code: 'custom',
        path: [user === undefined ? 'user' : 'password'],
        message: 'user and password belong together: give both, or neither',
      });
  });

export type SmtpSettings = z.infer<typeof settingsSchema>;
