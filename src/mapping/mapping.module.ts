import { Module } from '@nestjs/common';
import { MappingDirectory } from './mapping-directory.service.js';

@Module({ providers: [MappingDirectory], exports: [MappingDirectory] })
export class MappingModule {}
