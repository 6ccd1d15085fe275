import type { Enrolment, Workflow } from './workflow.js';

const common = ({ flowId, name, isEnabled, createdAt, updatedAt }: Workflow): object => ({
  id: flowId,
  isEnabled,
  flowType: 'WORKFLOW',
  name,
  objectTypeId: '0-1',
  revisionId: '1',
  createdAt,
  updatedAt,
});

/** One line of the list of workflows. */
export const flowListing = (workflow: Workflow): object => common(workflow);

/** A contact workflow with what lets people in; its actions are not shown. */
export function flowAnswer(workflow: Workflow): object {
  return {
    ...common(workflow),
    type: 'CONTACT_FLOW',
    actions: [],
    nextAvailableActionId: '1',
    enrollmentCriteria: criteria(workflow),
    timeWindows: [],
    blockedDates: [],
    customProperties: {},
    dataSources: [],
    suppressionListIds: [],
    crmObjectCreationStatus: 'COMPLETE',
    canEnrollFromSalesforce: false,
  };
}

function criteria({ trigger, reEnrolment }: Workflow): object {
  if (trigger.on === 'manual') return { type: 'MANUAL', shouldReEnroll: reEnrolment };
  const none = { filterBranchOperator: 'OR', filterBranchType: 'OR', filterBranches: [], filters: [] };
  if (trigger.on === 'event')
    return {
      type: 'EVENT_BASED',
      shouldReEnroll: reEnrolment,
      eventFilterBranches: [
        {
          filterBranchType: 'UNIFIED_EVENTS',
          filterBranchOperator: 'AND',
          operator: 'HAS_COMPLETED',
          eventTypeId: trigger.eventName,
          filterBranches: [],
          filters: [],
        },
      ],
      listMembershipFilterBranches: [],
    };
  const inList = { filterType: 'IN_LIST', operator: 'IN_LIST', listId: trigger.listId };
  const all = { filterBranchOperator: 'AND', filterBranchType: 'AND', filterBranches: [], filters: [inList] };
  return {
    type: 'LIST_BASED',
    shouldReEnroll: reEnrolment,
    unEnrollObjectsNotMeetingCriteria: false,
    reEnrollmentTriggersFilterBranches: [],
    listFilterBranch: { ...none, filterBranches: [all] },
  };
}

/** As the older call lists it. */
export const legacyAnswer = (
  { workflowId, name, isEnabled, createdAt, updatedAt }: Workflow,
  enrolments: readonly Enrolment[],
) => ({
  id: workflowId,
  name,
  type: 'DRIP_DELAY',
  enabled: isEnabled,
  insertedAt: Date.parse(createdAt),
  updatedAt: Date.parse(updatedAt),
  contactCounts: {
    enrolled: enrolments.length,
    active: enrolments.filter(({ endedAt }) => endedAt === null).length,
  },
});
