import { Module } from '@nestjs/common';
import { PipelineModule } from '../pipeline/pipeline.module.js';
import { HookController } from './hook.controller.js';
import { SourceDirectory } from './source-directory.service.js';

@Module({
  imports: [PipelineModule],
  controllers: [HookController],
  providers: [SourceDirectory],
  exports: [SourceDirectory],
})
export class SourcesModule {}
