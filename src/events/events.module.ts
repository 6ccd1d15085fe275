import { Module } from '@nestjs/common';
import { EventPartitions } from './event-partitions.service.js';
import { Events } from './events.repository.js';

@Module({ providers: [EventPartitions, Events], exports: [EventPartitions, Events] })
export class EventsModule {}
