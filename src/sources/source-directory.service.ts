import { Injectable, Logger } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { z } from 'zod';
import { ConfigurationRevision } from '../database/configuration-revision.service.js';
import { type AddressList, addressList } from './address-list.js';
import type { ChatPlatform, SourceContext } from './chat-platform.js';
import { platforms } from './registry.js';
import { SourceEntity } from './source.entity.js';
import { type ShellSettings, shellSettings } from './source-settings.js';

/** A source that may call us. */
export interface ActiveSource {
  readonly platform: ChatPlatform;
  readonly context: SourceContext<unknown>;
  /** Hashes of the secrets valid now. */
  readonly secretHashes: readonly string[];
  /** Who may call; null: whoever has the secret. */
  readonly allows: AddressList | null;
  /** The caller has an answer by then, whatever happens. */
  readonly answerWithinMs: number;
  readonly shell: ShellSettings;
}

/** The way back takes time too. */
const shareOfDeadline = 0.8;

/** The enabled sources, kept in memory and read again when something changes. */
@Injectable()
export class SourceDirectory {
  readonly #log = new Logger(SourceDirectory.name);
  #sources = new Map<string, ActiveSource>();

  constructor(
    private readonly dataSource: DataSource,
    private readonly revision: ConfigurationRevision,
  ) {}

  async onModuleInit(): Promise<void> {
    await this.revision.follow(() => this.#read());
  }

  find(key: string): ActiveSource | undefined {
    return this.#sources.get(key);
  }

  async #read(): Promise<void> {
    const rows = await this.dataSource.getRepository(SourceEntity).findBy({ enabled: true });
    this.#sources = new Map(rows.flatMap((row) => this.#open(row)));
  }

  #open({ key, platform: id, settings: given, secret_hashes: secretHashes }: SourceEntity): [string, ActiveSource][] {
    const platform = platforms.find((candidate) => candidate.id === id);
    const settings = platform?.settings.safeParse(given);
    if (platform === undefined || settings?.success !== true) {
      const why = settings?.error === undefined ? `no platform "${id}"` : z.prettifyError(settings.error);
      this.#log.error(`source ${key} cannot be used: ${why}`);
      return [];
    }
    const shell = shellSettings.parse(settings.data);
    const active = {
      platform,
      context: { key, settings: settings.data },
      secretHashes,
      allows: addressList(shell.allowedAddresses),
      answerWithinMs: shell.replyWithinMs ?? platform.replyDeadlineMs * shareOfDeadline,
      shell,
    };
    return [[key, active]];
  }
}
