import { z } from 'zod';
import { purposes } from '../consent/consent.js';
import { attributeTypes } from '../profiles/attribute.js';

const inputObject = z.union([
  z.strictObject({ attribute: z.string().min(1) }).describe('The value of an attribute'),
  z.strictObject({ tag: z.string().min(1) }).describe('Whether the profile has a tag, as true or false'),
  z.strictObject({ consent: z.enum(purposes) }).describe('The state of a consent: granted, revoked or unknown'),
  z
    .strictObject({ profile: z.enum(['id', 'createdAt', 'lastEventAt']) })
    .describe('Something about the profile itself'),
  z.strictObject({ constant: z.union([z.string(), z.number(), z.boolean()]) }).describe('The same for everybody'),
]);

/** Where a field's value comes from; a plain text names an attribute. */
export const mappingInput = z.union(
  [
    z
      .string()
      .min(1)
      .transform((attribute) => ({ attribute })),
    inputObject,
  ],
  {
    error:
      'must be the name of an attribute, or one of { attribute: name }, { tag: name }, { consent: email, sms or whatsapp }, { profile: id, createdAt or lastEventAt }, { constant: value }',
  },
);
export type MappingInput = z.output<typeof mappingInput>;

/** Which profile data becomes which field of a destination. Written in YAML or through the API. */
export const mappingSchema = z
  .strictObject({
    object: z.string().min(1).describe("One of the destination's objects, for example contacts"),
    key: z
      .strictObject({ from: mappingInput, to: z.string().min(1) })
      .describe('What finds the record there; a profile without it waits until it has one'),
    fields: z
      .array(
        z.strictObject({
          from: mappingInput,
          to: z.string().min(1),
          as: z.enum(attributeTypes).optional().describe('Convert to this type first; left out: the type it has'),
        }),
      )
      .default([]),
    tags: z
      .strictObject({
        to: z
          .string()
          .min(1)
          .describe('The field that holds tags; destinations with tags of their own ignore the name'),
        only: z.array(z.string().min(1)).optional().describe('Only these tags; left out: all'),
      })
      .optional(),
    requires: z
      .strictObject({ consent: z.enum(purposes) })
      .optional()
      .describe('Without this consent the data does not leave'),
  })
  .superRefine(({ key, fields }, context) => {
    const seen = new Set([key.to]);
    for (const [index, { to }] of fields.entries()) {
      if (seen.has(to))
        context.addIssue({
          code: 'custom',
          path: ['fields', index, 'to'],
          message: `"${to}" is filled twice; each field has one origin`,
        });
      seen.add(to);
    }
  });

export type Mapping = z.output<typeof mappingSchema>;

/** What a mapping looks at; a change of anything else is no news for its destination. */
export interface MappingInterest {
  readonly attributes: ReadonlySet<string>;
  readonly tags: boolean;
  readonly consents: boolean;
}

export function interestOf(mapping: Mapping, destinationReadsConsents: boolean): MappingInterest {
  const inputs = [mapping.key.from, ...mapping.fields.map(({ from }) => from)];
  return {
    attributes: new Set(inputs.flatMap((input) => ('attribute' in input ? [input.attribute] : []))),
    tags: mapping.tags !== undefined || inputs.some((input) => 'tag' in input),
    consents: destinationReadsConsents || mapping.requires !== undefined || inputs.some((input) => 'consent' in input),
  };
}
