import { Injectable, Logger } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { ConfigurationEntity } from './configuration.entity.js';

const lookEveryMs = 1_000;

/** Tells every process when sources, destinations or mappings have changed, whichever process changed them. */
@Injectable()
export class ConfigurationRevision {
  readonly #log = new Logger(ConfigurationRevision.name);
  readonly #readers: (() => Promise<void>)[] = [];
  #seen = '';
  #timer: NodeJS.Timeout | undefined;
  #reading: Promise<void> = Promise.resolve();

  constructor(private readonly dataSource: DataSource) {}

  /** `read` runs now and after every change. */
  async follow(read: () => Promise<void>): Promise<void> {
    this.#readers.push(read);
    await read();
  }

  /** To be called inside the transaction that changes the configuration. */
  async bump(query: (text: string) => Promise<unknown>): Promise<void> {
    await query('UPDATE configuration SET revision = revision + 1');
  }

  /** Reads again at once if something has changed, and waits until that is done. */
  async refresh(): Promise<void> {
    this.#reading = this.#reading.then(() => this.#look());
    await this.#reading;
  }

  async onApplicationBootstrap(): Promise<void> {
    await this.refresh();
    this.#timer = setInterval(() => void this.refresh(), lookEveryMs).unref();
  }

  onModuleDestroy(): void {
    clearInterval(this.#timer);
  }

  async #look(): Promise<void> {
    try {
      const row = await this.dataSource.getRepository(ConfigurationEntity).findOneByOrFail({ id: true });
      if (row.revision === this.#seen) return;
      for (const read of this.#readers) await read();
      this.#seen = row.revision;
    } catch (error) {
      this.#log.warn(
        `the configuration could not be read again: ${error instanceof Error ? error.message : String(error)}`,
      );
    }
  }
}
