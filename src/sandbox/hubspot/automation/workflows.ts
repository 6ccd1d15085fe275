import type { Account } from '../account.js';
import type { Lists } from '../lists/lists.js';
import type { Enrolment, Workflow } from './workflow.js';

/** Sends an e-mail that a workflow wants to send. */
type SendEmail = (emailId: number, contactId: string, by: string) => void;

/** People come in by a list, by an event or by a call; what a workflow does to them it does at once. */
export class Workflows {
  #sendEmail: SendEmail = () => undefined;

  constructor(
    private readonly account: Account,
    lists: Lists,
  ) {
    lists.onJoined((list, contactId) => {
      for (const workflow of this.#triggered((trigger) => trigger.on === 'list' && trigger.listId === list.listId))
        this.enrol(workflow, contactId, `List "${list.name}"`);
    });
  }

  onEmail(send: SendEmail): void {
    this.#sendEmail = send;
  }

  /** A custom event has come in. */
  eventHappened(eventName: string, contactId: string): void {
    for (const workflow of this.#triggered((trigger) => trigger.on === 'event' && trigger.eventName === eventName))
      this.enrol(workflow, contactId, `Event ${eventName}`);
  }

  /** Who is in already, or has been and may not come again, is left alone. @returns whether it is news */
  enrol(workflow: Workflow, contactId: string, because: string): boolean {
    const before = this.enrolments(workflow).filter((enrolment) => enrolment.contactId === contactId);
    const mayEnter = before.length === 0 || workflow.reEnrolment;
    const contact = this.account.contacts.get(contactId);
    if (!workflow.isEnabled || !mayEnter || contact === undefined) return false;
    this.account.data.enrolments.push({
      flowId: workflow.flowId,
      contactId,
      at: this.account.now(),
      because,
      endedAt: null,
    });
    const values = new Map(Object.entries(workflow.sets));
    const origin = { changeSource: 'AUTOMATION_PLATFORM', sourceId: `enrollmentId:${workflow.flowId}` };
    if (values.size > 0) this.account.contacts.update(contact, values, origin);
    if (workflow.sendsEmailId !== null)
      this.#sendEmail(workflow.sendsEmailId, contactId, `Workflow "${workflow.name}"`);
    return true;
  }

  enrolments({ flowId }: Workflow): Enrolment[] {
    return this.account.data.enrolments.filter((enrolment) => enrolment.flowId === flowId);
  }

  #triggered(wanted: (trigger: Workflow['trigger']) => boolean): Workflow[] {
    return this.account.data.workflows.filter(({ isEnabled, trigger }) => isEnabled && wanted(trigger));
  }
}
