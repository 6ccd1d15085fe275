import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Contents } from '../personalization/contents.service.js';
import { AttributeCatalog } from '../profiles/attribute-catalog.service.js';
import { Scores } from '../scoring/scores.service.js';
import { Segments } from '../segments/segments.service.js';
import { ContactPolicies } from '../triggers/contact-policies.service.js';
import { Triggers } from '../triggers/triggers.service.js';
import { Configuration } from './configuration.service.js';
import type { Configuration as FileConfiguration } from './read-configuration.js';

/** Brings what the configuration files say into the database. What they say is read-only everywhere else. */
@Injectable()
export class Provisioner {
  constructor(
    private readonly configuration: Configuration,
    private readonly catalog: AttributeCatalog,
    private readonly segments: Segments,
    private readonly scores: Scores,
    private readonly triggers: Triggers,
    private readonly policies: ContactPolicies,
    private readonly contents: Contents,
  ) {}

  async apply({
    attributes,
    sources,
    destinations,
    segments,
    scores,
    triggers,
    contactPolicy,
    contents,
  }: FileConfiguration): Promise<void> {
    await this.configuration.change(async (manager) => {
      // One process at a time: several that start together would make the same mapping version.
      await manager.query('SELECT 1 FROM configuration FOR UPDATE');
      await this.catalog.declare(manager, attributes);
      for (const source of sources) await this.configuration.saveSource(manager, source, 'file');
      for (const destination of destinations) await this.configuration.saveDestination(manager, destination, 'file');
      for (const score of scores) await this.scores.save(manager, score, 'file');
      await this.scores.releaseOthers(
        manager,
        scores.map(({ key }) => key),
      );
      await this.segments.save(manager, segments, 'file');
      await this.segments.releaseOthers(
        manager,
        segments.map(({ key }) => key),
      );
      await this.contents.apply(manager, contents);
      await this.configuration.releaseOthers(
        manager,
        sources.map(({ key }) => key),
        destinations.map(({ key }) => key),
      );
      await this.#triggers(manager, triggers, contactPolicy);
    });
    await this.catalog.onModuleInit();
  }

  /** Last: they speak of all the others, as those will be. */
  async #triggers(
    manager: EntityManager,
    triggers: FileConfiguration['triggers'],
    policy: FileConfiguration['contactPolicy'],
  ): Promise<void> {
    await this.triggers.refuseWrong(manager, triggers);
    for (const trigger of triggers) await this.triggers.save(manager, trigger, 'file');
    await this.triggers.releaseOthers(
      manager,
      triggers.map(({ key }) => key),
    );
    if (policy === undefined) await this.policies.release(manager);
    else await this.policies.save(manager, policy, 'file');
  }
}
