import type { Org } from '../org.js';
import type { RestErrorEntry } from '../rest/rest-error.js';
import { removeWith, textOf, type Behaviour } from './behaviour.js';
import type { StoredRecord } from './record-table.js';

/** Whoever may not manage permissions cannot give them either. */
const notAllowed = (org: Org): RestErrorEntry | null =>
  org.setup.userPermissions.assignPermissionSets
    ? null
    : {
        errorCode: 'INSUFFICIENT_ACCESS_OR_READONLY',
        message: 'insufficient access rights on object id',
        fields: [],
      };

/** Permissions change what everybody sees at once. */
const permission: Behaviour = {
  object: notAllowed,
  afterSave: (org) => org.refreshSchema(),
  afterDelete: (org) => org.refreshSchema(),
};

export const permissionSet: Behaviour = { object: notAllowed };
export const permissionSetAssignment: Behaviour = {
  ...permission,
  derive: () => ({ IsActive: true }),
  object: (org, record) =>
    notAllowed(org) ??
    twin(org.related('PermissionSetAssignment', 'AssigneeId', textOf(record, 'AssigneeId')), record, 'PermissionSetId'),
};

export const objectPermission: Behaviour = permission;
export const fieldPermission: Behaviour = {
  ...permission,
  derive: (_org, record) => (record.PermissionsEdit === true ? { PermissionsRead: true } : {}),
  object: (org, record) =>
    notAllowed(org) ??
    unknownField(org, record) ??
    twin(org.related('FieldPermissions', 'ParentId', textOf(record, 'ParentId')), record, 'Field'),
};

/** Required fields and those of Salesforce itself have no permissions. */
function unknownField(org: Org, record: StoredRecord): RestErrorEntry | null {
  const [objectName = '', fieldName] = textOf(record, 'Field').split('.');
  const field = org.schema.find(objectName)?.fields.find(({ name }) => name === fieldName);
  if (field !== undefined && !field.required && !field.system) return null;
  const message = `Field Name: bad value for restricted picklist field: ${textOf(record, 'Field')}`;
  return { errorCode: 'INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST', message, fields: ['Field'] };
}

function twin(others: readonly StoredRecord[], record: StoredRecord, field: string): RestErrorEntry | null {
  const other = others.find(({ Id, [field]: value }) => Id !== record.Id && value === record[field]);
  if (other === undefined) return null;
  const message = `duplicate value found: ${field} duplicates value on record with id: ${other.Id.slice(0, 15)}`;
  return { errorCode: 'DUPLICATE_VALUE', message, fields: [] };
}

/** A record is marked with a topic once. */
export const topicAssignment: Behaviour = {
  derive: (org, record) => ({ EntityType: org.schema.ofId(textOf(record, 'EntityId'))?.name ?? null }),
  object: (org, record) =>
    org.setup.userPermissions.assignTopics
      ? twin(org.related('TopicAssignment', 'EntityId', textOf(record, 'EntityId')), record, 'TopicId')
      : {
          errorCode: 'INSUFFICIENT_ACCESS_OR_READONLY',
          message: 'insufficient access rights on object id',
          fields: [],
        },
};
export const topic: Behaviour = {
  afterDelete: (org, record) => removeWith(org, record, { TopicAssignment: 'TopicId' }),
};
