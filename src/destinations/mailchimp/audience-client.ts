import { z } from 'zod';
import {
  accountAnswer,
  audienceAnswer,
  categoriesAnswer,
  interestsAnswer,
  mergeFieldAnswer,
  mergeFieldsAnswer,
  permissionsAnswer,
  segmentAnswer,
  segmentsAnswer,
  webhooksAnswer,
  type Account,
  type Audience,
  type InterestCategory,
  type MergeField,
  type Permission,
  type Segment,
  type Webhook,
} from './answers.js';
import { pageSize, type MailchimpApi } from './api.js';

const page = { count: pageSize };
const idAnswer = z.object({ id: z.string() });
const audiencesAnswer = z.object({ lists: z.array(z.object({ id: z.string(), name: z.string() })) });

/** What an audience is made of: its settings, fields, groups, permissions, segments and webhooks. */
export class AudienceClient {
  constructor(private readonly api: MailchimpApi) {}

  account(): Promise<Account> {
    const fields = ['account_name', 'role', 'pricing_plan_type', 'pro_enabled'];
    return this.api.read({ operation: 'root.get' }, (sdk) => sdk.root.getRoot({ fields }), accountAnswer);
  }

  /** @throws DeliveryError `unauthorized` when the account has no such audience */
  audience(): Promise<Audience> {
    const fields = ['id', 'name', 'double_optin', 'marketing_permissions', 'campaign_defaults', 'stats.member_count'];
    const call = { operation: 'lists.get' };
    return this.api.ofAudience(call, (sdk, list) => sdk.lists.getList(list, { fields }), audienceAnswer);
  }

  async audiences(): Promise<readonly { readonly id: string; readonly name: string }[]> {
    const fields = ['lists.id', 'lists.name'];
    const call = { operation: 'lists.list' };
    return (await this.api.read(call, (sdk) => sdk.lists.getAllLists({ ...page, fields }), audiencesAnswer)).lists;
  }

  async mergeFields(): Promise<readonly MergeField[]> {
    const call = { operation: 'lists.mergeFields' };
    const send = this.api.ofAudience(call, (sdk, list) => sdk.lists.getListMergeFields(list, page), mergeFieldsAnswer);
    return (await send).merge_fields;
  }

  async addMergeField(body: { readonly tag: string; readonly name: string; readonly type: string }): Promise<void> {
    // Made twice it would be there already, and say so.
    const call = { operation: 'lists.addMergeField' };
    await this.api.read(call, (sdk, list) => sdk.lists.addListMergeField(list, body), mergeFieldAnswer);
  }

  async setChoices({ merge_id, name }: MergeField, choices: readonly string[]): Promise<void> {
    const body = { name, options: { choices } };
    const call = { operation: 'lists.updateMergeField' };
    await this.api.read(
      call,
      (sdk, list) => sdk.lists.updateListMergeField(list, String(merge_id), body),
      mergeFieldAnswer,
    );
  }

  async interestCategories(): Promise<readonly InterestCategory[]> {
    const call = { operation: 'lists.interestCategories' };
    const { categories } = await this.api.ofAudience(
      call,
      (sdk, list) => sdk.lists.getListInterestCategories(list, page),
      categoriesAnswer,
    );
    const all: InterestCategory[] = [];
    for (const category of categories) {
      const { interests } = await this.api.read(
        { operation: 'lists.interests' },
        (sdk, list) => sdk.lists.listInterestCategoryInterests(list, category.id, page),
        interestsAnswer,
      );
      all.push({ ...category, interests });
    }
    return all;
  }

  /** A category whose contacts may be in several of its groups. @returns its id */
  async addCategory(title: string): Promise<string> {
    const body = { title, type: 'checkboxes' };
    const call = { operation: 'lists.addInterestCategory', repeatable: false };
    return (await this.api.read(call, (sdk, list) => sdk.lists.createListInterestCategory(list, body), idAnswer)).id;
  }

  async addInterest(categoryId: string, name: string): Promise<void> {
    const call = { operation: 'lists.addInterest' };
    await this.api.read(
      call,
      (sdk, list) => sdk.lists.createInterestCategoryInterest(list, categoryId, { name }),
      idAnswer,
    );
  }

  /** Read from any member, for there is no other place; none while the audience is empty. */
  async permissions(): Promise<readonly Permission[]> {
    const options = { count: 1, fields: ['members.marketing_permissions'] };
    const call = { operation: 'lists.marketingPermissions' };
    const { members } = await this.api.ofAudience(
      call,
      (sdk, list) => sdk.lists.getListMembersInfo(list, options),
      permissionsAnswer,
    );
    return (members[0]?.marketing_permissions ?? []).map(({ marketing_permission_id: id, text }) => ({ id, text }));
  }

  /** Static segments, which are tags as well. */
  staticSegments(): Promise<readonly Segment[]> {
    return this.api.everything(async (offset) => {
      const options = { ...page, offset, type: 'static', fields: ['segments.id', 'segments.name', 'segments.type'] };
      const call = { operation: 'segments.list' };
      return (await this.api.ofAudience(call, (sdk, list) => sdk.lists.listSegments(list, options), segmentsAnswer))
        .segments;
    });
  }

  addSegment(name: string): Promise<Segment> {
    const call = { operation: 'segments.add' };
    return this.api.read(
      call,
      (sdk, list) => sdk.lists.createSegment(list, { name, static_segment: [] }),
      segmentAnswer,
    );
  }

  async webhooks(): Promise<readonly Webhook[]> {
    const call = { operation: 'lists.webhooks' };
    return (await this.api.ofAudience(call, (sdk, list) => sdk.lists.getListWebhooks(list), webhooksAnswer)).webhooks;
  }
}
