import { Module } from '@nestjs/common';
import { ProfilesModule } from '../profiles/profiles.module.js';
import { Contents } from './contents.service.js';

@Module({ imports: [ProfilesModule], providers: [Contents], exports: [Contents] })
export class PersonalizationModule {}
