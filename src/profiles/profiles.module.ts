import { Module } from '@nestjs/common';
import { AttributeCatalog } from './attribute-catalog.service.js';
import { IdentityCache } from './identity-cache.service.js';
import { Profiles } from './profiles.repository.js';

@Module({ providers: [AttributeCatalog, IdentityCache, Profiles], exports: [AttributeCatalog, IdentityCache, Profiles] })
export class ProfilesModule {}
