import { Inject, Injectable } from '@nestjs/common';
import { DiscoveryService, MetadataScanner, Reflector } from '@nestjs/core';
import type { Environment } from '../../config/env.js';
import { ENVIRONMENT } from '../database/environment.js';
import { jobCatalog } from './job-catalog.js';
import { checkHandlers, type JobHandler } from './check-handlers.js';

/** Keys under which `@nestjs/bull` stores what its decorators were given (its `bull.constants`, which it does not export). */
const queueMetadata = 'bull:module_queue';
const processMetadata = 'bull:module_queue_process';

/** Stops the start of a process that runs jobs unless every job name has exactly one handler. */
@Injectable()
export class JobHandlerCheck {
  constructor(
    private readonly discovery: DiscoveryService,
    private readonly scanner: MetadataScanner,
    private readonly reflector: Reflector,
    @Inject(ENVIRONMENT) private readonly env: Environment,
  ) {}

  onModuleInit(): void {
    if (this.env.ROLE === 'api') return;
    const problems = checkHandlers(jobCatalog, this.#handlers());
    if (problems.length > 0) throw new Error(`jobs and their handlers do not fit: ${problems.join('; ')}`);
  }

  #handlers(): JobHandler[] {
    return this.discovery.getProviders().flatMap(({ metatype, instance }) => {
      if (typeof metatype !== 'function' || !isObject(instance)) return [];
      const queue = this.reflector.get<{ name?: string } | undefined>(queueMetadata, metatype)?.name;
      if (queue === undefined) return [];
      const methods = this.scanner.getAllMethodNames(Object.getPrototypeOf(instance) as object);
      return methods.flatMap((method) => {
        const handler = (instance as Record<string, unknown>)[method];
        if (typeof handler !== 'function') return [];
        const job = this.reflector.get<{ name?: string } | undefined>(processMetadata, handler)?.name;
        return job === undefined ? [] : [{ queue, job, where: `${metatype.name}.${method}` }];
      });
    });
  }
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;
