import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { z } from 'zod';
import { ConfigurationRevision } from '../database/configuration-revision.service.js';
import type { IncomingEvent } from '../events/incoming-event.js';
import { Problem } from '../observability/problem.js';
import { UnreadableBodyError } from './chat-platform.js';
import { Inspector, mostShown } from './inspector.service.js';
import { readAgain } from './kept-request.js';
import { requestOutcomes } from './seen-request.js';
import { type ActiveSource, SourceDirectory } from './source-directory.service.js';
import { SourceEntity } from './source.entity.js';
import type { SourceEventNameEntity } from './source-event-name.entity.js';
import type { SourceRequestEntity } from './source-request.entity.js';
import { SourceRequests } from './source-requests.repository.js';
import { suggestCaptions } from './suggest-captions.js';

/** The part of a source's settings that people change while they look at what it sends. */
export interface SettingsChange {
  readonly captions?: Readonly<Record<string, string | null>>;
  readonly eventNames?: Readonly<Record<string, string>>;
}

/** What people ask about a source, and what they change at it. */
@Injectable()
export class SourceCare {
  constructor(
    private readonly dataSource: DataSource,
    private readonly revision: ConfigurationRevision,
    private readonly sources: SourceDirectory,
    private readonly requests: SourceRequests,
    private readonly inspector: Inspector,
  ) {}

  /** @throws Problem 404: there is none, or it is switched off */
  active(key: string): ActiveSource {
    const source = this.sources.find(key);
    if (source !== undefined) return source;
    throw new Problem(404, 'Unknown source', `There is no source "${key}", or it is switched off.`);
  }

  /** The newest first: what counts, then what strangers sent. */
  async lastRequests(key: string): Promise<SourceRequestEntity[]> {
    await this.inspector.flush();
    return this.requests.ofSource(key, 2 * mostShown);
  }

  /** @throws Problem 404 */
  async request(key: string, id: string): Promise<SourceRequestEntity> {
    await this.inspector.flush();
    const request = await this.requests.findOne(key, id);
    if (request !== null) return request;
    throw new Problem(
      404,
      'Unknown request',
      `The source "${key}" has no request "${id}"; only the last ones are kept.`,
    );
  }

  async eventNames(key: string): Promise<SourceEventNameEntity[]> {
    await this.inspector.flush();
    return this.requests.namesOf(key);
  }

  /** What a kept request would be today. @throws Problem 400: it cannot be read, 409: it cannot be looked at again */
  readAgain(source: ActiveSource, request: SourceRequestEntity): readonly IncomingEvent[] {
    if (!requestOutcomes[request.outcome].isAuthentic)
      throw new Problem(409, 'It was not let in', 'Nobody knows who sent it, so nothing can be made of it.');
    if (request.cut)
      throw new Problem(
        409,
        'It was not kept whole',
        'The body was too long for that. Let the platform send it again.',
      );
    try {
      return parseAgain(source, request, source.context.settings);
    } catch (error) {
      if (error instanceof UnreadableBodyError) throw new Problem(400, 'Unreadable body', error.message);
      throw error;
    }
  }

  /** Captions in what the source has sent lately, with suggestions. */
  async captions(key: string): Promise<object> {
    const source = this.active(key);
    const { captions } = source.shell;
    const plain = source.platform.settings.parse({ ...asObject(source.context.settings), captions: {} });
    const events = (await this.lastRequests(key)).flatMap((request) => {
      if (!requestOutcomes[request.outcome].isAuthentic || request.cut) return [];
      try {
        return [...parseAgain(source, request, plain)];
      } catch {
        return []; // unreadable then and now
      }
    });
    return { events: events.length, mapping: captions, ...suggestCaptions(events, captions, source.shell.region) };
  }

  /** @throws Problem 404, 409: it comes from a file, 400: the settings would not fit the platform */
  async change(key: string, change: SettingsChange): Promise<void> {
    const source = this.active(key);
    await this.dataSource.transaction(async (manager) => {
      const row = await manager.getRepository(SourceEntity).findOneByOrFail({ key });
      if (row.provisioned)
        throw new Problem(
          409,
          'Comes from a configuration file',
          `The source "${key}" is set in a configuration file and can be changed only there.`,
        );
      const settings = { ...row.settings, ...change };
      const checked = source.platform.settings.safeParse(settings);
      if (!checked.success) throw new Problem(400, 'That does not fit', z.prettifyError(checked.error));
      await manager.getRepository(SourceEntity).update({ key }, { settings });
      await this.revision.bump((text) => manager.query(text));
    });
    await this.revision.refresh();
  }
}

function parseAgain(
  { platform, context }: ActiveSource,
  { body: raw, query, headers }: SourceRequestEntity,
  settings: unknown,
): readonly IncomingEvent[] {
  const hook = readAgain({ raw, query, headers, idempotencyKey: headers['idempotency-key'] });
  return platform.parse(hook, { key: context.key, settings });
}

const asObject = (settings: unknown): object => (typeof settings === 'object' && settings !== null ? settings : {});
