import path from 'node:path';
import { Global, Module } from '@nestjs/common';
import type { Environment } from '../../config/env.js';
import { ENVIRONMENT } from '../database/environment.js';
import { ApiKeyGuard } from './api-key.guard.js';
import { ApiKeys } from './api-keys.service.js';
import { keyFromFile, SecretBox } from './secret-box.js';

@Global()
@Module({
  providers: [
    {
      provide: SecretBox,
      inject: [ENVIRONMENT],
      useFactory: (env: Environment) =>
        new SecretBox(
          env.ENCRYPTION_KEY === undefined
            ? keyFromFile(path.join(env.DATA_DIR, 'encryption.key'))
            : Buffer.from(env.ENCRYPTION_KEY, 'hex'),
        ),
    },
    ApiKeys,
    ApiKeyGuard,
  ],
  exports: [SecretBox, ApiKeys, ApiKeyGuard],
})
export class SecurityModule {}
