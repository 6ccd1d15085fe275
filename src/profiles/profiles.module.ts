import { Module } from '@nestjs/common';
import { AttributeCatalog } from './attribute-catalog.service.js';
import { Profiles } from './profiles.repository.js';

@Module({ providers: [AttributeCatalog, Profiles], exports: [AttributeCatalog, Profiles] })
export class ProfilesModule {}
