import { z } from 'zod';
import { featureNames, type FieldDefinition, type FieldInput } from './field-definition.js';

/** What the integration user may do with the records of an object. */
export const objectPermissions = z.strictObject({
  read: z.boolean().default(true),
  create: z.boolean().default(true),
  edit: z.boolean().default(true),
  delete: z.boolean().default(true),
});
export type ObjectPermissions = z.infer<typeof objectPermissions>;
export const allPermissions: ObjectPermissions = { read: true, create: true, edit: true, delete: true };

/** What Salesforce itself allows with an object, whoever asks. */
export const objectNature = z.enum(['record', 'assignment', 'setup', 'event']);
export type ObjectNature = z.infer<typeof objectNature>;

/** One object of the org; its fields stand apart, by its name. */
export const objectDefinition = z.strictObject({
  name: z.string().min(1),
  label: z.string().min(1),
  labelPlural: z.string().min(1),
  keyPrefix: z.string().length(3),
  nature: objectNature.default('record'),
  feature: z.enum(featureNames).nullable().default(null),
});
export type ObjectDefinition = z.infer<typeof objectDefinition>;
export type ObjectInput = z.input<typeof objectDefinition> & { readonly fields: readonly FieldInput[] };
export type FieldsOfObjects = Readonly<Record<string, readonly FieldDefinition[]>>;

interface NatureRights {
  readonly create: boolean;
  readonly update: boolean;
  readonly delete: boolean;
  readonly query: boolean;
}

/** What can be done with each kind of object at all. */
export const natures = {
  record: { create: true, update: true, delete: true, query: true },
  /** Joins two records; it is made and deleted, never changed. */
  assignment: { create: true, update: false, delete: true, query: true },
  /** Set-up data: read here, kept elsewhere. */
  setup: { create: false, update: false, delete: false, query: true },
  /** A platform event: published, and gone. */
  event: { create: true, update: false, delete: false, query: false },
} as const satisfies Record<ObjectNature, NatureRights>;
