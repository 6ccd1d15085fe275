/** Something a person can press. Where it leads is a name that the platform knows: a step, a flow, a block, an intent. */
export interface Choice {
  readonly title: string;
  /** Opens this page; null: it leads on in the conversation. */
  readonly url: string | null;
  readonly goTo: string | null;
}

export interface Card {
  readonly title: string;
  readonly subtitle: string | null;
  readonly imageUrl: string | null;
  readonly url: string | null;
  readonly choices: readonly Choice[];
}

export const mediaTypes = ['image', 'video', 'audio', 'file'] as const;
export type MediaType = (typeof mediaTypes)[number];

export type RenderedMessage =
  | { readonly type: 'text'; readonly text: string; readonly choices: readonly Choice[] }
  | { readonly type: MediaType; readonly url: string }
  | { readonly type: 'cards'; readonly cards: readonly Card[] };

/** What a content template says to one person, before a platform has put it into its own format and limits. */
export interface RenderedContent {
  /** Key of the template. */
  readonly template: string;
  readonly messages: readonly RenderedMessage[];
  readonly quickReplies: readonly Choice[];
  /** Fields to set at the platform. */
  readonly fields: Readonly<Record<string, string | number | boolean>>;
  readonly tagsToAdd: readonly string[];
  readonly tagsToRemove: readonly string[];
  /** Where the conversation goes on; null: as the flow says. */
  readonly goTo: string | null;
  /** What was left out because it came out empty or wrong, in a sentence each. */
  readonly notes: readonly string[];
}
