import { Body, Controller, Delete, Get, HttpCode, Param, Post, Put, Query, UseGuards } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { Problem } from '../observability/problem.js';
import { ContentPreview } from './content-preview.service.js';
import type { ContentTemplateEntity } from '../personalization/content-template.entity.js';
import { anyMoment, contentInput } from '../personalization/content-template.js';
import { Contents } from '../personalization/contents.service.js';
import { ApiKeyGuard } from '../security/api-key.guard.js';

const anyBody = z.record(z.string(), z.unknown());
const listQuery = z.object({ source: z.string().optional().describe('Key of a source') });
const person = {
  profile: z.uuid().optional().describe('For whom; left out: for somebody of whom nothing is known'),
  moment: z.string().min(1).max(64).optional().describe('The event that has just happened'),
  segments: z
    .array(z.string())
    .max(100)
    .optional()
    .describe('As if the person were in these; left out: the person’s own'),
  text: z.string().max(4_000).optional().describe('What the person has just written'),
  channel: z.string().max(32).optional(),
};
const previewBody = z.strictObject({ ...person, content: contentInput });
const testBody = z.strictObject({ ...person, source: z.string() });

/** What people are told: templates, and how they come out for a person. */
@ApiTags('Contents')
@ApiBearerAuth()
@UseGuards(ApiKeyGuard)
@Controller('api/contents')
export class ContentsController {
  constructor(
    private readonly contents: Contents,
    private readonly previews: ContentPreview,
  ) {}

  @Get()
  @ApiOperation({ summary: 'All content templates, those that are looked at first come first' })
  async list(@Query({ schema: listQuery }) { source }: z.output<typeof listQuery>): Promise<object> {
    return { items: (await this.contents.all(source ?? null)).map(present) };
  }

  @Get(':key')
  @ApiOperation({ summary: 'One content template' })
  async one(@Param('key') key: string): Promise<object> {
    return present(found(await this.contents.findOne(key), key));
  }

  @Put(':key')
  @ApiOperation({
    summary: 'Makes or changes a content template',
    description: 'Every text in it is checked. Names that no profile has ever had are named in the answer.',
  })
  async save(@Param('key') key: string, @Body({ schema: anyBody }) body: z.output<typeof anyBody>): Promise<object> {
    const input = contentInput.parse({ ...body, key });
    this.previews.requireSource(input.source);
    await this.contents.change((manager) => this.contents.save(manager, input, 'api'));
    const unknownNames = await this.contents.unknownNames(input);
    return { ...present(found(await this.contents.findOne(key), key)), unknownNames };
  }

  @Delete(':key')
  @HttpCode(204)
  @ApiOperation({ summary: 'Deletes a content template' })
  async remove(@Param('key') key: string): Promise<void> {
    await this.contents.change((manager) => this.contents.remove(manager, key));
  }

  @Post('preview')
  @HttpCode(200)
  @ApiOperation({
    summary: 'How a template that need not be saved comes out for a person',
    description: 'With the answer in the platform’s own format, and what its limits leave no room for.',
  })
  async preview(@Body({ schema: previewBody }) body: z.output<typeof previewBody>): Promise<object> {
    const { content, moment, ...who } = body;
    const event = moment ?? (content.moment === anyMoment ? 'message' : content.moment);
    const unknownNames = await this.contents.unknownNames(content);
    return { ...(await this.previews.fill(content, { ...who, event })), unknownNames };
  }

  @Post('test')
  @HttpCode(200)
  @ApiOperation({ summary: 'Which template a person would get at a moment, and how it comes out' })
  async test(@Body({ schema: testBody }) body: z.output<typeof testBody>): Promise<object> {
    const { source, moment, ...who } = body;
    return this.previews.choose(source, { ...who, event: moment ?? 'message' });
  }
}

function found(template: ContentTemplateEntity | null, key: string): ContentTemplateEntity {
  if (template !== null) return template;
  throw new Problem(404, 'Unknown content', `There is no content "${key}".`);
}

const present = (template: ContentTemplateEntity) => ({
  key: template.key,
  source: template.source,
  title: template.title,
  moment: template.moment,
  segment: template.segment,
  priority: template.priority,
  enabled: template.enabled,
  provisioned: template.provisioned,
  content: template.definition,
  createdAt: template.created_at,
  updatedAt: template.updated_at,
});
