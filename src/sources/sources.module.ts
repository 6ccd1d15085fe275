import { Module } from '@nestjs/common';
import { PersonalizationModule } from '../personalization/personalization.module.js';
import { PipelineModule } from '../pipeline/pipeline.module.js';
import { HookController } from './hook.controller.js';
import { Inspector } from './inspector.service.js';
import { LateAnswers } from './late-answers.service.js';
import { Reception } from './reception.service.js';
import { RequestVerifier } from './request-verifier.service.js';
import { SourceDirectory } from './source-directory.service.js';
import { SourceRequests } from './source-requests.repository.js';

@Module({
  imports: [PipelineModule, PersonalizationModule],
  controllers: [HookController],
  providers: [SourceDirectory, RequestVerifier, SourceRequests, Inspector, LateAnswers, Reception],
  exports: [SourceDirectory, SourceRequests],
})
export class SourcesModule {}
