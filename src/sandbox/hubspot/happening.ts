import type { ObjectType } from './object-types.js';

/** Who did it, in the words of webhooks and of property history. */
export interface Origin {
  readonly changeSource: string;
  readonly sourceId: string;
}

interface About {
  readonly type: ObjectType;
  readonly id: string;
  readonly origin: Origin;
}

/** Something that happened to a record: lists, workflows and webhooks want to know. */
export type Happening =
  | (About & { readonly kind: 'created' | 'deleted' | 'restored' | 'erased' })
  | (About & { readonly kind: 'changed'; readonly at: string; readonly property: string; readonly value: string })
  | (About & {
      readonly kind: 'merged';
      readonly primaryId: string;
      readonly mergedId: string;
      readonly propertiesMoved: number;
    })
  | (About & {
      readonly kind: 'associated';
      readonly toType: ObjectType;
      readonly toId: string;
      readonly removed: boolean;
      readonly primary: boolean;
    });

export type Announce = (happening: Happening) => void;
