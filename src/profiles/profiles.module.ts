import { Module } from '@nestjs/common';
import { AttributeCatalog } from './attribute-catalog.service.js';
import { IdentityCache } from './identity-cache.service.js';
import { ProfileCache } from './profile-cache.service.js';
import { Profiles } from './profiles.repository.js';

@Module({
  providers: [AttributeCatalog, IdentityCache, ProfileCache, Profiles],
  exports: [AttributeCatalog, IdentityCache, ProfileCache, Profiles],
})
export class ProfilesModule {}
