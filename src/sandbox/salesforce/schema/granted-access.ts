import type { RecordTable, StoredRecord } from '../records/record-table.js';
import type { FieldAccess } from './field-definition.js';
import { allPermissions, type ObjectPermissions } from './object-definition.js';
import { wider } from './org-object.js';

type TableOf = (name: string) => RecordTable;

/** Field access that the permission sets of a user give, by `Object.Field`. */
export function grantedAccess(tableOf: TableOf, userId: string): ReadonlyMap<string, FieldAccess> {
  const granted = new Map<string, FieldAccess>();
  for (const { Field, PermissionsRead, PermissionsEdit } of ofUser(tableOf, userId, 'FieldPermissions')) {
    const access = PermissionsEdit === true ? 'edit' : PermissionsRead === true ? 'read' : 'none';
    granted.set(String(Field), wider(granted.get(String(Field)) ?? 'none', access));
  }
  return granted;
}

/** What a profile allows with objects, and what permission sets add to it. */
export function grantedRights(
  profile: Readonly<Record<string, ObjectPermissions>>,
  tableOf: TableOf,
  userId: string,
): Readonly<Record<string, ObjectPermissions>> {
  const rights = new Map(Object.entries(profile));
  for (const given of ofUser(tableOf, userId, 'ObjectPermissions')) {
    const object = String(given.SobjectType);
    const before = rights.get(object) ?? allPermissions;
    rights.set(object, {
      read: before.read || given.PermissionsRead === true,
      create: before.create || given.PermissionsCreate === true,
      edit: before.edit || given.PermissionsEdit === true,
      delete: before.delete || given.PermissionsDelete === true,
    });
  }
  return Object.fromEntries(rights);
}

function ofUser(tableOf: TableOf, userId: string, permissions: string): readonly StoredRecord[] {
  const sets = new Set(
    tableOf('PermissionSetAssignment')
      .all()
      .filter(({ AssigneeId }) => AssigneeId === userId)
      .map(({ PermissionSetId }) => PermissionSetId),
  );
  return tableOf(permissions)
    .all()
    .filter(({ ParentId }) => sets.has(ParentId ?? ''));
}
