import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { AttributeCatalog } from '../profiles/attribute-catalog.service.js';
import type { Captions } from './describe.js';

/** What people call attributes and segments, for rules in words. */
@Injectable()
export class RuleCaptions {
  constructor(
    private readonly dataSource: DataSource,
    private readonly catalog: AttributeCatalog,
  ) {}

  async read(): Promise<Captions> {
    const [attributes, segments] = await Promise.all([
      this.catalog.all(),
      this.dataSource.query<{ key: string; title: string }[]>('SELECT key, title FROM segments'),
    ]);
    const labels = new Map(attributes.map(({ key, label }) => [key, label]));
    const titles = new Map(segments.map(({ key, title }) => [key, title]));
    return {
      attribute: (key) => labels.get(key) ?? key,
      segment: (key) => titles.get(key) ?? key,
    };
  }
}
