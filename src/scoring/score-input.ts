import { z } from 'zod';
import type { AttributeType } from '../profiles/attribute.js';
import { rfmKeys, rfmSchema } from './rfm.js';
import { type ScoreDefinition, scoreSchema } from './score.js';

/** Points that are counted, or fifths of all customers. */
export type AnyScoreDefinition = ScoreDefinition | z.output<typeof rfmSchema>;

export const isRfm = (definition: AnyScoreDefinition): definition is z.output<typeof rfmSchema> => 'rfm' in definition;

/** Whichever kind it is; what is wrong is told of that one only. */
export const anyScoreSchema: z.ZodType<AnyScoreDefinition> = z.unknown().transform((input, context) => {
  const schema = typeof input === 'object' && input !== null && 'rfm' in input ? rfmSchema : scoreSchema;
  const read = schema.safeParse(input);
  if (read.success) return read.data;
  for (const { path, message } of read.error.issues) context.addIssue({ code: 'custom', path: [...path], message });
  return z.NEVER;
});

/** A score as a person describes it, in YAML or through the API. Its key is the attribute that holds its points. */
export const scoreInput = z.strictObject({
  key: z
    .string()
    .regex(
      /^[a-z][a-zA-Z0-9]{0,53}$/,
      'must be letters and digits, beginning with a small letter, for example engagement',
    ),
  title: z.string().min(1).max(200),
  description: z.string().max(2_000).default(''),
  enabled: z.boolean().default(true),
  definition: anyScoreSchema,
});
export type ScoreInput = z.output<typeof scoreInput>;

/** The attribute that holds the name of the level. */
export const levelKey = (score: string): string => `${score}Level`;

export interface ScoreAttribute {
  readonly key: string;
  readonly type: AttributeType;
  readonly label: string;
}

/** The attributes that a score is told by. */
export function attributesOf({
  key,
  title,
  definition,
}: Pick<ScoreInput, 'key' | 'title' | 'definition'>): ScoreAttribute[] {
  if (!isRfm(definition))
    return [
      { key, type: 'number', label: title },
      { key: levelKey(key), type: 'string', label: `${title}, level` },
    ];
  const keys = rfmKeys(key);
  return [
    { key: keys.recency, type: 'number', label: `${title}, recency` },
    { key: keys.frequency, type: 'number', label: `${title}, frequency` },
    { key: keys.monetary, type: 'number', label: `${title}, monetary` },
    { key: keys.segment, type: 'string', label: `${title}, segment` },
  ];
}
