import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { Json } from '../destinations/json.js';

/** A fact a connector wants to find again, see `ConnectionMemory`. */
@Entity('destination_memory')
export class DestinationMemoryEntity {
  @PrimaryColumn('text') destination!: string;
  @PrimaryColumn('text') name!: string;
  @Column('jsonb') value!: Json;
}
