/**
 * The part of `@mailchimp/mailchimp_marketing` 3.0.80 that we call. The package's own entry point is one client shared by
 * the whole process, so we take the class behind it. Answers are `unknown`: `answers.ts` and its neighbours read them.
 */
declare module '@mailchimp/mailchimp_marketing/src/ApiClient.js' {
  interface MergeValidation {
    readonly skip_merge_validation?: boolean;
  }
  interface Page {
    readonly count?: number;
    readonly offset?: number;
    readonly fields?: readonly string[];
  }

  interface Lists {
    getAllLists(options?: Page): Promise<unknown>;
    getList(listId: string, options?: { readonly fields?: readonly string[] }): Promise<unknown>;
    getListWebhooks(listId: string): Promise<unknown>;
    getListMergeFields(listId: string, options?: Page): Promise<unknown>;
    addListMergeField(listId: string, body: object): Promise<unknown>;
    updateListMergeField(listId: string, mergeId: string, body: object): Promise<unknown>;
    getListInterestCategories(listId: string, options?: Page): Promise<unknown>;
    createListInterestCategory(listId: string, body: object): Promise<unknown>;
    listInterestCategoryInterests(listId: string, categoryId: string, options?: Page): Promise<unknown>;
    createInterestCategoryInterest(listId: string, categoryId: string, body: object): Promise<unknown>;
    getListMembersInfo(
      listId: string,
      options?: Page & {
        readonly status?: string;
        readonly since_last_changed?: string;
        readonly sort_field?: string;
        readonly sort_dir?: string;
      },
    ): Promise<unknown>;
    batchListMembers(
      listId: string,
      body: object,
      options?: MergeValidation & { readonly skip_duplicate_check?: boolean },
    ): Promise<unknown>;
    getListMember(listId: string, subscriberHash: string): Promise<unknown>;
    setListMember(listId: string, subscriberHash: string, body: object, options?: MergeValidation): Promise<unknown>;
    updateListMember(listId: string, subscriberHash: string, body: object, options?: MergeValidation): Promise<unknown>;
    deleteListMemberPermanent(listId: string, subscriberHash: string): Promise<unknown>;
    updateListMemberTags(listId: string, subscriberHash: string, body: object): Promise<unknown>;
    getListMemberTags(listId: string, subscriberHash: string, options?: Page): Promise<unknown>;
    getListMemberActivity(
      listId: string,
      subscriberHash: string,
      options?: { readonly action?: readonly string[] },
    ): Promise<unknown>;
    getListMemberActivityFeed(listId: string, subscriberHash: string, options?: Page): Promise<unknown>;
    createListMemberEvent(listId: string, subscriberHash: string, body: object): Promise<unknown>;
    getListMemberEvents(listId: string, subscriberHash: string, options?: Page): Promise<unknown>;
    listSegments(listId: string, options?: Page & { readonly type?: string }): Promise<unknown>;
    createSegment(listId: string, body: object): Promise<unknown>;
    /** The only method whose body comes first. */
    batchSegmentMembers(body: object, listId: string, segmentId: string): Promise<unknown>;
  }

  interface Batches {
    start(body: object): Promise<unknown>;
    list(options?: Page): Promise<unknown>;
    status(batchId: string): Promise<unknown>;
  }

  interface Campaigns {
    list(
      options?: Page & {
        readonly list_id?: string;
        readonly status?: string;
        readonly since_create_time?: string;
        readonly since_send_time?: string;
        readonly sort_field?: string;
        readonly sort_dir?: string;
      },
    ): Promise<unknown>;
    get(campaignId: string, options?: { readonly fields?: readonly string[] }): Promise<unknown>;
    create(body: object): Promise<unknown>;
    setContent(campaignId: string, body: object): Promise<unknown>;
    getSendChecklist(campaignId: string): Promise<unknown>;
    sendTestEmail(campaignId: string, body: object): Promise<unknown>;
    send(campaignId: string): Promise<unknown>;
    schedule(campaignId: string, body: object): Promise<unknown>;
    unschedule(campaignId: string): Promise<unknown>;
    cancelSend(campaignId: string): Promise<unknown>;
  }

  interface Reports {
    getEmailActivityForCampaign(campaignId: string, options?: Page & { readonly since?: string }): Promise<unknown>;
    getUnsubscribedListForCampaign(campaignId: string, options?: Page): Promise<unknown>;
  }

  interface Ecommerce {
    stores(options?: Page): Promise<unknown>;
    getAllStoreCustomers(storeId: string, options?: Page & { readonly email_address?: string }): Promise<unknown>;
    getStoreOrders(storeId: string, options?: Page): Promise<unknown>;
  }

  export default class ApiClient {
    basePath: string;
    /** For the whole request, in ms. */
    timeout: number;
    readonly lists: Lists;
    readonly batches: Batches;
    readonly campaigns: Campaigns;
    readonly reports: Reports;
    readonly ecommerce: Ecommerce;
    readonly automations: {
      addWorkflowEmailSubscriber(workflowId: string, workflowEmailId: string, body: object): Promise<unknown>;
    };
    readonly customerJourneys: { trigger(journeyId: number, stepId: number, body: object): Promise<unknown> };
    readonly root: { getRoot(options?: { readonly fields?: readonly string[] }): Promise<unknown> };
    /** Without `server`: with it, the first "server" anywhere in a URL is replaced. */
    setConfig(config: { readonly apiKey: string } | { readonly accessToken: string }): void;
  }
}
