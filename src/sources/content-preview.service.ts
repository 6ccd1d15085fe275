import { Injectable } from '@nestjs/common';
import type { Decision } from '../events/decision.js';
import type { IncomingEvent } from '../events/incoming-event.js';
import { Problem } from '../observability/problem.js';
import type { ContentInput } from '../personalization/content-template.js';
import { Contents } from '../personalization/contents.service.js';
import type { ContentSubject } from '../personalization/render-content.js';
import type { RenderedContent } from '../personalization/rendered-content.js';
import { Profiles } from '../profiles/profiles.repository.js';
import { readAgain } from './kept-request.js';
import { type ActiveSource, SourceDirectory } from './source-directory.service.js';

/** For whom and when to look at content. */
export interface PreviewSubject {
  readonly profile?: string | undefined;
  readonly segments?: readonly string[] | undefined;
  readonly text?: string | undefined;
  readonly channel?: string | undefined;
  readonly event: string;
}

/** Shows how content comes out for a real person, in the platform's own answer. Nothing is changed. */
@Injectable()
export class ContentPreview {
  constructor(
    private readonly contents: Contents,
    private readonly profiles: Profiles,
    private readonly sources: SourceDirectory,
  ) {}

  /** @throws Problem 400: there is no such source */
  requireSource(key: string): ActiveSource {
    const source = this.sources.find(key);
    if (source !== undefined) return source;
    throw new Problem(400, 'Unknown source', `There is no source "${key}", or it is switched off.`);
  }

  async fill(input: ContentInput, subject: PreviewSubject): Promise<object> {
    const source = this.requireSource(input.source);
    const decision = await this.#decisionFor(subject);
    const { content: definition, key } = input;
    const content = this.contents.fill({ key, definition }, subjectOf(decision, subject), source.shell);
    return show(source, decision, subject, content);
  }

  async choose(sourceKey: string, subject: PreviewSubject): Promise<object> {
    const source = this.requireSource(sourceKey);
    const decision = await this.#decisionFor(subject);
    const content = this.contents.render(sourceKey, subjectOf(decision, subject), source.shell);
    return show(source, decision, subject, content);
  }

  async #decisionFor({ profile: id, segments }: PreviewSubject): Promise<Decision> {
    if (id === undefined) return { ...nobody, segments: segments ?? [] };
    const row = await this.profiles.findOne(id);
    if (row === null) throw new Problem(404, 'Unknown profile', `There is no profile "${id}".`);
    const profile = (await this.profiles.findMany([row.id])).get(row.id);
    if (profile === undefined) throw new Problem(404, 'Unknown profile', `There is no profile "${id}".`);
    return {
      profileId: profile.id,
      profileVersion: profile.version,
      applied: false,
      attributes: profile.attributes,
      tags: profile.tags,
      consents: profile.consents,
      segments: segments ?? Object.keys(profile.segments).sort(),
    };
  }
}

const nobody: Decision = {
  profileId: '',
  profileVersion: 0,
  applied: false,
  attributes: {},
  tags: [],
  consents: {},
  segments: [],
};

const subjectOf = (decision: Decision, { event, text, channel }: PreviewSubject): ContentSubject => ({
  attributes: decision.attributes,
  tags: decision.tags,
  segments: decision.segments,
  event,
  text: text ?? null,
  channel: channel ?? null,
  properties: {},
});

function show(
  { platform, context }: ActiveSource,
  decision: Decision,
  { event: name, text, channel }: PreviewSubject,
  content: RenderedContent | null,
): object {
  const request = readAgain({ raw: '{}', query: {} });
  const event: IncomingEvent = {
    kind: 'message_in',
    name,
    occurredAt: null,
    dedupe: { key: '', windowMs: null },
    channel: channel ?? null,
    identities: [],
    attributes: [],
    tagsAdded: [],
    tagsRemoved: [],
    consents: [],
    text: text ?? null,
    properties: {},
    notes: [],
  };
  const { body, leftOut = [] } = platform.reply(decision, context, { request, event, content });
  return {
    template: content?.template ?? null,
    content,
    answer: body,
    leftOut: [...(content?.notes ?? []), ...leftOut],
  };
}
