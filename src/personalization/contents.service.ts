import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { ConfigurationRevision } from '../database/configuration-revision.service.js';
import { Problem } from '../observability/problem.js';
import { AttributeCatalog } from '../profiles/attribute-catalog.service.js';
import { chooseTemplate } from './choose-template.js';
import { ContentTemplateEntity } from './content-template.entity.js';
import { type ContentInput, templatesIn } from './content-template.js';
import { readerOf, type ReaderDefaults } from './reader.js';
import { type ContentSubject, renderContent } from './render-content.js';
import type { RenderedContent } from './rendered-content.js';
import { namesUsed } from './template.js';

/** Where a change comes from: what a configuration file says can be changed only there. */
export type ContentOrigin = 'file' | 'api';

/** Names that a template can use beside attributes; see `render-content.ts`. */
const givenNames: ReadonlySet<string> = new Set(['attributes', 'tags', 'segments', 'channel', 'event', 'text']);

/** What people are told: templates kept in memory and read again when something changes, filled in after the commit. */
@Injectable()
export class Contents {
  #bySource: ReadonlyMap<string, readonly ContentTemplateEntity[]> = new Map();

  constructor(
    private readonly dataSource: DataSource,
    private readonly revision: ConfigurationRevision,
    private readonly catalog: AttributeCatalog,
  ) {}

  async onModuleInit(): Promise<void> {
    await this.revision.follow(() => this.#read());
  }

  hasAny(source: string): boolean {
    return this.#bySource.has(source);
  }

  /** What a person is told at this moment; null: nothing. */
  render(source: string, subject: ContentSubject, defaults: ReaderDefaults): RenderedContent | null {
    const template = chooseTemplate(this.#bySource.get(source) ?? [], subject);
    return template === null ? null : this.fill(template, subject, defaults);
  }

  /** One template for one person, whether it would be chosen or not. */
  fill(
    { key, definition }: Pick<ContentTemplateEntity, 'key' | 'definition'>,
    subject: ContentSubject,
    defaults: ReaderDefaults,
  ): RenderedContent {
    return renderContent(key, definition, subject, readerOf(subject.attributes, defaults));
  }

  all(source: string | null): Promise<ContentTemplateEntity[]> {
    return this.dataSource.getRepository(ContentTemplateEntity).find({
      ...(source !== null && { where: { source } }),
      order: { source: 'ASC', moment: 'ASC', priority: 'DESC', key: 'ASC' },
    });
  }

  findOne(key: string): Promise<ContentTemplateEntity | null> {
    return this.dataSource.getRepository(ContentTemplateEntity).findOneBy({ key });
  }

  /** Names that a template looks up though no profile has ever had such an attribute: most often a slip of the pen. */
  async unknownNames({ content }: Pick<ContentInput, 'content'>): Promise<string[]> {
    const known = new Set((await this.catalog.all()).map(({ key }) => key));
    const used = templatesIn(content).flatMap((text) => namesUsed(text));
    const unknown = used.filter((name) => {
      const [first = '', second = ''] = name.split('.');
      return first === 'attributes' ? !known.has(second) : !givenNames.has(first) && !known.has(first);
    });
    return [...new Set(unknown)].sort();
  }

  /** Runs changes in one transaction; afterwards this process knows them, the others within a second. */
  async change<T>(work: (manager: EntityManager) => Promise<T>): Promise<T> {
    const result = await this.dataSource.transaction(async (manager) => {
      const done = await work(manager);
      await this.revision.bump((text) => manager.query(text));
      return done;
    });
    await this.revision.refresh();
    return result;
  }

  async save(manager: EntityManager, input: ContentInput, origin: ContentOrigin): Promise<void> {
    const templates = manager.getRepository(ContentTemplateEntity);
    this.#guard(await templates.findOneBy({ key: input.key }), origin);
    const { content: definition, ...rest } = input;
    await templates.upsert({ ...rest, definition, provisioned: origin === 'file' }, ['key']);
  }

  /** What a configuration file says: its templates, and no longer those that it does not name any more. */
  async apply(manager: EntityManager, inputs: readonly ContentInput[]): Promise<void> {
    for (const input of inputs) await this.save(manager, input, 'file');
    await manager.query(
      `UPDATE content_templates SET enabled = false, provisioned = false WHERE provisioned AND NOT (key = ANY ($1::text[]))`,
      [inputs.map(({ key }) => key)],
    );
  }

  async remove(manager: EntityManager, key: string): Promise<void> {
    const template = await manager.getRepository(ContentTemplateEntity).findOneBy({ key });
    if (template === null) throw new Problem(404, 'Unknown content', `There is no content "${key}".`);
    this.#guard(template, 'api');
    await manager.getRepository(ContentTemplateEntity).delete({ key });
  }

  #guard(existing: ContentTemplateEntity | null, origin: ContentOrigin): void {
    if (existing?.provisioned !== true || origin === 'file') return;
    const detail = `The content "${existing.key}" is set in a configuration file and can be changed only there.`;
    throw new Problem(409, 'Comes from a configuration file', detail);
  }

  async #read(): Promise<void> {
    const rows = await this.dataSource.getRepository(ContentTemplateEntity).findBy({ enabled: true });
    this.#bySource = Map.groupBy(rows, ({ source }) => source);
  }
}
