import { Controller, Get, HttpCode, Param, Post, Query, Res, UseGuards } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { authorizationPage } from '../delivery/authorization-page.js';
import { Authorizations, wantsAuthorization } from '../delivery/authorizations.service.js';
import { MappingDirectory } from '../mapping/mapping-directory.service.js';
import { Problem } from '../observability/problem.js';
import { ApiKeyGuard } from '../security/api-key.guard.js';
import { found } from './find.js';

const text = z.string().max(4_000);
/** Providers add what they like; what came twice counts as not sent. */
const callbackQuery = z.object({
  state: text.catch(''),
  code: text.nullable().catch(null),
  error: text.nullable().catch(null),
  error_description: text.nullable().catch(null),
});

const pageHeaders = {
  'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'",
  'referrer-policy': 'no-referrer', // the address holds the code
  'cache-control': 'no-store',
};

const pageStatus = { connected: 200, failed: 502, unknown: 400 } as const;

/** Connecting an account with a person's consent. */
@ApiTags('Destinations')
@Controller()
export class AuthorizationController {
  constructor(
    private readonly mappings: MappingDirectory,
    private readonly authorizations: Authorizations,
  ) {}

  @Post('api/destinations/:key/connect')
  @HttpCode(200)
  @ApiBearerAuth()
  @UseGuards(ApiKeyGuard)
  @ApiOperation({
    summary: 'Begins connecting the account: says where a person has to agree',
    description:
      'Open `authorizeUrl` in a browser within ten minutes. `redirectUri` must be registered with your app at the provider.',
  })
  async connect(@Param('key') key: string): Promise<object> {
    const connected = found(this.mappings.findConnected(key), 'enabled destination', key);
    const wanted = wantsAuthorization(connected);
    if (wanted === null)
      throw new Problem(
        409,
        'Connected with a key',
        `The settings of "${key}" hold its credentials, so nobody has to agree. Use POST /api/destinations/${key}/check to see whether they work.`,
      );
    const { authorizeUrl, expiresAt } = await this.authorizations.begin(key, wanted.authorization, wanted.settings);
    return { authorizeUrl, expiresAt, redirectUri: this.authorizations.redirectUri };
  }

  /** No API key: it is the provider that sends the person's browser here, and `state` proves that we sent them there. */
  @Get('oauth/callback')
  @ApiOperation({ summary: 'Where providers send people back to' })
  async callback(@Query() query: unknown, @Res() reply: FastifyReply): Promise<void> {
    const { state, code, error, error_description: errorDescription } = callbackQuery.parse(query);
    const outcome = await this.authorizations.finish({ state, code, error, errorDescription });
    await reply
      .status(pageStatus[outcome.status])
      .headers(pageHeaders)
      .type('text/html; charset=utf-8')
      .send(authorizationPage(outcome));
  }
}
