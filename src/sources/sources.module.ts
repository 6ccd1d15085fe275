import { Module } from '@nestjs/common';
import { PersonalizationModule } from '../personalization/personalization.module.js';
import { PipelineModule } from '../pipeline/pipeline.module.js';
import { ProfilesModule } from '../profiles/profiles.module.js';
import { ContentPreview } from './content-preview.service.js';
import { ContentsController } from './contents.controller.js';
import { HookController } from './hook.controller.js';
import { Inspector } from './inspector.service.js';
import { LateAnswers } from './late-answers.service.js';
import { Reception } from './reception.service.js';
import { RequestReplay } from './request-replay.service.js';
import { RequestVerifier } from './request-verifier.service.js';
import { SourceCareController } from './source-care.controller.js';
import { SourceCare } from './source-care.service.js';
import { SourceDirectory } from './source-directory.service.js';
import { SourceRequests } from './source-requests.repository.js';

@Module({
  imports: [PipelineModule, PersonalizationModule, ProfilesModule],
  controllers: [HookController, SourceCareController, ContentsController],
  providers: [
    SourceDirectory,
    RequestVerifier,
    SourceRequests,
    Inspector,
    LateAnswers,
    Reception,
    SourceCare,
    RequestReplay,
    ContentPreview,
  ],
  exports: [SourceDirectory],
})
export class SourcesModule {}
