import { type CanActivate, type ExecutionContext, Injectable, UnauthorizedException } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { ApiKeys } from './api-keys.service.js';

/** Lets in who sends `Authorization: Bearer <API key>`. */
@Injectable()
export class ApiKeyGuard implements CanActivate {
  constructor(private readonly keys: ApiKeys) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const { authorization = '' } = context.switchToHttp().getRequest<FastifyRequest>().headers;
    const [scheme = '', key = ''] = authorization.split(' ');
    if (scheme.toLowerCase() === 'bearer' && key !== '' && (await this.keys.isValid(key))) return true;
    throw new UnauthorizedException('Send an API key as "Authorization: Bearer <key>". `npm run api-key` makes one.');
  }
}
