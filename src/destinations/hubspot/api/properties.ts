import type {
  PropertyCreateFieldTypeEnum,
  PropertyCreateTypeEnum,
} from '@hubspot/api-client/lib/codegen/crm/properties/models/PropertyCreate.js';
import { z } from 'zod';
import type { HubspotClient } from '../client.js';
import { type Option, type Property, propertySchema } from '../property.js';

const propertiesAnswerSchema = z.object({ results: z.array(propertySchema) });

const groupSchema = z.object({ name: z.string() });
const groupsAnswerSchema = z.object({ results: z.array(groupSchema) });

export interface NewProperty {
  readonly name: string;
  readonly label: string;
  readonly type: PropertyCreateTypeEnum;
  readonly fieldType: PropertyCreateFieldTypeEnum;
  readonly groupName: string;
  readonly hasUniqueValue: boolean;
  readonly options: readonly Option[];
  readonly description: string;
}

/** The property definitions of one kind of record. @see https://developers.hubspot.com/docs/api-reference/crm-properties-v3/guide */
export class PropertiesApi {
  constructor(
    private readonly client: HubspotClient,
    private readonly object: string,
  ) {}

  async all(): Promise<Property[]> {
    const { results } = await this.client.send(
      { operation: 'properties.getAll', repeatable: true },
      propertiesAnswerSchema,
      (sdk) => sdk.crm.properties.coreApi.getAll(this.object),
    );
    return results;
  }

  one(name: string): Promise<Property> {
    return this.client.send({ operation: 'properties.get', repeatable: true }, propertySchema, (sdk) =>
      sdk.crm.properties.coreApi.getByName(this.object, name),
    );
  }

  /** Replaces the whole list: whatever is missing in it is gone. */
  setOptions(name: string, options: readonly Option[]): Promise<Property> {
    const body = { options: options.map(toOptionInput) };
    return this.client.send({ operation: 'properties.update', repeatable: true }, propertySchema, (sdk) =>
      sdk.crm.properties.coreApi.update(this.object, name, body),
    );
  }

  /** A name that is archived comes back as it was, with its old type. */
  create(property: NewProperty): Promise<Property> {
    const body = { ...property, options: property.options.map(toOptionInput) };
    return this.client.send({ operation: 'properties.create', repeatable: true }, propertySchema, (sdk) =>
      sdk.crm.properties.coreApi.create(this.object, body),
    );
  }

  async groupNames(): Promise<string[]> {
    const { results } = await this.client.send(
      { operation: 'properties.groups', repeatable: true },
      groupsAnswerSchema,
      (sdk) => sdk.crm.properties.groupsApi.getAll(this.object),
    );
    return results.map(({ name }) => name);
  }

  async createGroup(name: string, label: string): Promise<void> {
    await this.client.send({ operation: 'properties.createGroup', repeatable: true }, groupSchema, (sdk) =>
      sdk.crm.properties.groupsApi.create(this.object, { name, label, displayOrder: -1 }),
    );
  }
}

const toOptionInput = ({ label, value, hidden, displayOrder, description }: Option) => ({
  label,
  value,
  hidden,
  ...(displayOrder === undefined ? {} : { displayOrder }),
  ...(description === undefined ? {} : { description }),
});
