import { z } from 'zod';
import type { Json } from '../destinations/json.js';
import { purposes } from '../consent/consent.js';
import { attributeTypes } from '../profiles/attribute.js';

const inputObject = z.union([
  z.strictObject({ attribute: z.string().min(1) }).describe('The value of an attribute'),
  z.strictObject({ tag: z.string().min(1) }).describe('Whether the profile has a tag, as true or false'),
  z.strictObject({ segment: z.string().min(1) }).describe('Whether the person is in a segment, as true or false'),
  z
    .strictObject({ segments: z.union([z.literal('all'), z.array(z.string().min(1)).min(1)]) })
    .describe('The keys of the segments the person is in, all or only some, as a list'),
  z.strictObject({ consent: z.enum(purposes) }).describe('The state of a consent: granted, revoked or unknown'),
  z
    .strictObject({ profile: z.enum(['id', 'createdAt', 'lastEventAt']) })
    .describe('Something about the profile itself'),
  z
    .strictObject({ identity: z.string().min(1) })
    .describe('An id at a chat platform, as <source key>/<what it identifies>, for example acme-manychat/contact'),
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
      'must be the name of an attribute, or one of { attribute: name }, { tag: name }, { segment: key }, { segments: all or [keys] }, { consent: email, sms or whatsapp }, { profile: id, createdAt or lastEventAt }, { identity: source key/kind }, { constant: value }',
  },
);
export type MappingInput = z.output<typeof mappingInput>;

/** All segments, or these. */
const segmentChoice = z.union([z.literal('all'), z.array(z.string().min(1)).min(1)]);

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
          direction: z
            .enum(['to', 'from', 'both'])
            .optional()
            .describe('to: written there, as when left out; from: read from there into the attribute; both'),
          wins: z
            .enum(['newest', 'destination', 'profile'])
            .optional()
            .describe(
              'Whose value the profile keeps when the destination tells another one; left out: the newest. profile: only gaps are filled',
            ),
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
        segments: segmentChoice.optional().describe('The person also has the keys of these segments as tags'),
      })
      .optional(),
    lists: z
      .strictObject({
        tags: z
          .union([z.literal('all'), z.array(z.string().min(1)).min(1)])
          .optional()
          .describe('Each of these tags is a list'),
        segments: segmentChoice.optional().describe('Each of these segments is a list'),
      })
      .optional()
      .describe("Tags and segments that become the destination's own lists; a list is made when it is not there yet"),
    options: z
      .json()
      .transform((options): Json => options)
      .default({})
      .describe("What this kind of destination lets a mapping choose, see the destination's page"),
    create: z
      .strictObject({ fields: z.boolean().default(false), options: z.boolean().default(false) })
      .default({ fields: false, options: false })
      .describe('What may be created at the destination when the mapping needs it: fields, choices of fields'),
    requires: z
      .strictObject({ consent: z.enum(purposes) })
      .optional()
      .describe('Without this consent the data does not leave'),
  })
  .superRefine(({ key, fields }, context) => {
    const seen = new Set([key.to]);
    for (const [index, { to, from, direction }] of fields.entries()) {
      if (direction !== undefined && direction !== 'to' && !('attribute' in from))
        context.addIssue({
          code: 'custom',
          path: ['fields', index, 'direction'],
          message: 'only an attribute can be read from a destination; left out, or "to", suits everything else',
        });
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
export type MappedField = Mapping['fields'][number];

/** Is the field ours to write? */
export const isWritten = ({ direction }: MappedField): boolean => direction !== 'from';

/** The attribute that the field is read into; null: it is only written. */
export const readInto = ({ from, direction }: MappedField): string | null =>
  direction !== undefined && direction !== 'to' && 'attribute' in from ? from.attribute : null;

/** What a mapping looks at; a change of anything else is no news for its destination. */
export interface MappingInterest {
  readonly attributes: ReadonlySet<string>;
  readonly tags: boolean;
  readonly consents: boolean;
  /** null: any segment. */
  readonly segments: ReadonlySet<string> | null;
  /** Ids at chat platforms; a profile may get another one without anything else changing. */
  readonly identities: boolean;
}

export function interestOf(mapping: Mapping, destinationReadsConsents: boolean): MappingInterest {
  const inputs = [mapping.key.from, ...mapping.fields.filter(isWritten).map(({ from }) => from)];
  return {
    attributes: new Set(inputs.flatMap((input) => ('attribute' in input ? [input.attribute] : []))),
    tags: mapping.tags !== undefined || mapping.lists?.tags !== undefined || inputs.some((input) => 'tag' in input),
    consents: destinationReadsConsents || mapping.requires !== undefined || inputs.some((input) => 'consent' in input),
    segments: segmentsIn(mapping, inputs),
    identities: inputs.some((input) => 'identity' in input),
  };
}

function segmentsIn(mapping: Mapping, inputs: readonly MappingInput[]): ReadonlySet<string> | null {
  const chosen = [
    mapping.tags?.segments ?? [],
    mapping.lists?.segments ?? [],
    ...inputs.map((input) => ('segment' in input ? [input.segment] : 'segments' in input ? input.segments : [])),
  ];
  return chosen.includes('all') ? null : new Set(chosen.flat());
}
