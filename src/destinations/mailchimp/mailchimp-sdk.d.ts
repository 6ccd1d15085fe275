/**
 * The part of `@mailchimp/mailchimp_marketing` 3.0.80 that we call. The package's own entry point is one client shared by
 * the whole process, so we take the class behind it. Answers are `unknown`: `answers.ts` reads them.
 */
declare module '@mailchimp/mailchimp_marketing/src/ApiClient.js' {
  interface MergeValidation {
    readonly skip_merge_validation?: boolean;
  }

  interface Lists {
    getList(listId: string, options?: { readonly fields?: readonly string[] }): Promise<unknown>;
    getListMergeFields(listId: string, options?: { readonly count?: number }): Promise<unknown>;
    getListMembersInfo(
      listId: string,
      options?: {
        readonly status?: string;
        readonly since_last_changed?: string;
        readonly sort_field?: string;
        readonly sort_dir?: string;
        readonly count?: number;
        readonly offset?: number;
        readonly fields?: readonly string[];
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
    updateListMemberTags(listId: string, subscriberHash: string, body: object): Promise<unknown>;
  }

  export default class ApiClient {
    basePath: string;
    /** For the whole request, in ms. */
    timeout: number;
    readonly lists: Lists;
    /** Without `server`: with it, the first "server" anywhere in a URL is replaced. */
    setConfig(config: { readonly apiKey: string }): void;
  }
}
