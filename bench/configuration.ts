import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parse, stringify } from 'yaml';
import { z } from 'zod';

const demo = z.looseObject({ destinations: z.array(z.looseObject({ key: z.string(), settings: z.looseObject({}) })) });

/** What is measured: the destinations of the demo that people are delivered to from everywhere. */
export const crms = ['hubspot', 'salesforce', 'mailchimp'] as const;

/** Those three with their mappings, and one source, at addresses of the benchmark's own. */
export function webhookConfiguration(folder: string, origins: Readonly<Record<string, string>> = {}): void {
  const file = path.join(import.meta.dirname, '../../config/demo.yaml');
  const addressed = readFileSync(file, 'utf8').replaceAll(
    /\$\{SANDBOX_([A-Z]+)_URL\}/g,
    (_all, id: string) => origins[id.toLowerCase()] ?? 'http://127.0.0.1:1',
  );
  const destinations = demo.parse(parse(addressed)).destinations.filter(({ key }) => crms.some((crm) => crm === key));
  const source = {
    key: 'bench',
    platform: 'manychat',
    title: 'Benchmark',
    secrets: ['benchmark-secret'],
    settings: { region: 'GB', channel: 'whatsapp' },
  };
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, 'bench.yaml'), stringify({ sources: [source], destinations }));
}
