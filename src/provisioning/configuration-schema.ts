import { z } from 'zod';
import { destinations as providers } from '../destinations/registry.js';
import { keepsRecords } from '../mapping/keeps-records.js';
import { type Mapping, mappingSchema } from '../mapping/mapping.js';
import { pullSettings } from '../mapping/pull-settings.js';
import { attributeTypes } from '../profiles/attribute.js';
import { contentInput } from '../personalization/content-template.js';
import { scoreInput } from '../scoring/score-input.js';
import { segmentInput } from '../segments/segment-input.js';
import { platforms } from '../sources/registry.js';
import { contactPolicySchema } from '../triggers/definition/contact-policy.js';
import { triggerInput } from '../triggers/definition/trigger-input.js';

const key = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'must be lower-case letters, digits and hyphens, for example acme-manychat');

const secret = z.string().min(8, 'must have at least 8 characters');

/** A source as a person describes it. `settings` are the platform's own. */
export const sourceInput = z
  .strictObject({
    key,
    platform: z.enum(platforms.map(({ id }) => id) as [string, ...string[]]), // zod wants at least one; the registry has it
    title: z.string().min(1),
    enabled: z.boolean().default(true),
    secrets: z.array(secret).min(1).max(2).describe('Two are valid at once while a secret is being rotated'),
    settings: z.record(z.string(), z.unknown()).default({}),
  })
  .superRefine(({ platform, settings }, context) => {
    const checked = platforms.find(({ id }) => id === platform)?.settings.safeParse(settings);
    forward(checked, ['settings'], context);
  });
export type SourceInput = z.output<typeof sourceInput>;

/** A destination with its mapping as a person describes it. `settings` are the provider's own, secrets included. */
export const destinationInput = z
  .strictObject({
    key,
    provider: z.enum(providers.map(({ id }) => id) as [string, ...string[]]),
    title: z.string().min(1),
    enabled: z.boolean().default(true),
    settings: z.record(z.string(), z.unknown()).default({}),
    mapping: mappingSchema.optional(),
    pulls: pullSettings,
  })
  .superRefine(({ provider: id, settings, mapping, pulls }, context) => {
    const provider = providers.find((candidate) => candidate.id === id);
    const streams = provider?.history?.map((stream) => stream.id) ?? [];
    for (const stream of Object.keys(pulls.streams))
      if (!streams.includes(stream))
        context.addIssue({
          code: 'custom',
          path: ['pulls', 'streams', stream],
          message:
            streams.length === 0 ? 'this provider has no history to read' : `must be one of ${streams.join(', ')}`,
        });
    forward(provider?.settings.safeParse(settings), ['settings'], context);
    for (const { path, message } of mapping === undefined ? [] : mappingProblems(id, mapping))
      context.addIssue({ code: 'custom', path: ['mapping', ...path], message });
  });
export type DestinationInput = z.output<typeof destinationInput>;

/** An attribute as a person declares it, before the first value decides its type. */
export const attributeInput = z.strictObject({
  key: z
    .string()
    .regex(/^[\p{L}_][\p{L}\p{M}\p{N}_]{0,63}$/u, 'must be letters, digits and underscores, for example lastOrderAt'),
  type: z.enum(attributeTypes),
  label: z.string().min(1).optional().describe('What people read; left out: the key'),
});
export type AttributeInput = z.output<typeof attributeInput>;

/** One configuration file. */
export const configurationFile = z.strictObject({
  only: z.literal('sandbox').optional().describe('This file counts only while the sandbox CRMs run'),
  attributes: z.array(attributeInput).default([]),
  sources: z.array(sourceInput).default([]),
  destinations: z.array(destinationInput).default([]),
  segments: z.array(segmentInput).default([]),
  scores: z.array(scoreInput).default([]),
  triggers: z.array(triggerInput).default([]),
  contactPolicy: contactPolicySchema.optional().describe('In one file only'),
  contents: z.array(contentInput).default([]),
});
export type ConfigurationFile = z.output<typeof configurationFile>;

export interface MappingProblem {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

/** Why a provider cannot have this mapping; none: it can. */
export function mappingProblems(providerId: string, { object, options, lists }: Mapping): readonly MappingProblem[] {
  const provider = providers.find(({ id }) => id === providerId);
  if (provider === undefined) return [];
  if (!keepsRecords(provider))
    return [{ path: [], message: `must be left out: ${provider.title} keeps no records of people, it only acts` }];
  const problems: MappingProblem[] = [];
  if (!provider.objects.includes(object)) {
    const message = `must be one of ${provider.objects.join(', ')}, which is what ${provider.title} has`;
    problems.push({ path: ['object'], message });
  }
  if (lists !== undefined && provider.lists === undefined)
    problems.push({ path: ['lists'], message: `${provider.title} has no lists` });
  const checked = (provider.mappingOptions ?? noOptions).safeParse(options);
  for (const { path, message } of checked.error?.issues ?? []) problems.push({ path: ['options', ...path], message });
  return problems;
}

const noOptions = z.strictObject({});

function forward(
  checked: z.ZodSafeParseResult<unknown> | undefined,
  path: PropertyKey[],
  context: z.RefinementCtx,
): void {
  for (const issue of checked?.error?.issues ?? [])
    context.addIssue({ ...issue, code: 'custom', path: [...path, ...issue.path] });
}
