import { Module } from '@nestjs/common';
import { DeliveryModule } from '../delivery/delivery.module.js';
import { MappingModule } from '../mapping/mapping.module.js';
import { ProfilesModule } from '../profiles/profiles.module.js';
import { Erasure } from './erasure.service.js';

@Module({ imports: [DeliveryModule, MappingModule, ProfilesModule], providers: [Erasure], exports: [Erasure] })
export class ErasureModule {}
