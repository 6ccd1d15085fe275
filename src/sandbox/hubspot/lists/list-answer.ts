import type { CrmList } from './list.js';
import type { MembershipChange } from './lists.js';

/** A list as the calls by id and by name show it. */
export function listAnswer(list: CrmList, includeFilters: boolean): object {
  const { listId, name, objectTypeId, processingType, listVersion, createdAt, updatedAt, createdById } = list;
  return {
    listId,
    listVersion,
    name,
    objectTypeId,
    processingType,
    processingStatus: 'COMPLETE',
    createdAt,
    updatedAt,
    filtersUpdatedAt: updatedAt,
    createdById,
    updatedById: createdById,
    ...(list.deletedAt === null ? {} : { deletedAt: list.deletedAt }),
    ...(includeFilters && list.filterBranch !== undefined ? { filterBranch: list.filterBranch } : {}),
    size: Object.keys(list.members).length,
  };
}

/** A list as a search shows it. */
export function foundListAnswer(list: CrmList): object {
  const { listId, name, objectTypeId, processingType, listVersion, createdAt, updatedAt, createdById } = list;
  return {
    listId,
    listVersion,
    name,
    objectTypeId,
    processingType,
    processingStatus: 'COMPLETE',
    createdAt,
    updatedAt,
    filtersUpdatedAt: updatedAt,
    createdById,
    updatedById: createdById,
    additionalProperties: {
      hs_list_size: String(Object.keys(list.members).length),
      hs_list_reference_count: '0',
      hs_lastmodifieddate: updatedAt,
    },
  };
}

/** HubSpot leaves empty arrays out, and spells the first one so. */
export const changeAnswer = ({ added, removed, missing }: MembershipChange): object => ({
  ...(added.length === 0 ? {} : { recordsIdsAdded: added }),
  ...(removed.length === 0 ? {} : { recordIdsRemoved: removed }),
  ...(missing.length === 0 ? {} : { recordIdsMissing: missing }),
});

/** One list a record is in. */
export function membershipAnswer(list: CrmList, recordId: string): object {
  const { listId, listVersion, members } = list;
  const membership = members[recordId];
  return {
    listId,
    listVersion,
    isPublicList: false,
    ...(membership === undefined
      ? {}
      : { firstAddedTimestamp: membership.firstAddedAt, lastAddedTimestamp: membership.lastAddedAt }),
  };
}
