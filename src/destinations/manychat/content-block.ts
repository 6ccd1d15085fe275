/** What `content.send` says. */
export interface TextContent {
  readonly text: string;
  readonly image?: string | undefined;
  readonly link?: { readonly title: string; readonly url: string } | undefined;
  readonly channel: 'messenger' | 'instagram' | 'whatsapp' | 'telegram';
}

/**
 * A Dynamic Block v2 with one text. Messenger is the channel without a name; on WhatsApp there are only texts, so a link stands in it.
 *
 * @see https://manychat.github.io/dynamic_block_docs/channels/
 */
export function textBlock({ text, image, link, channel }: TextContent): object {
  const plain = channel === 'whatsapp';
  const said = plain && link !== undefined ? `${text}\n${link.title}: ${link.url}` : text;
  const buttons = plain || link === undefined ? {} : { buttons: [{ type: 'url', caption: link.title, url: link.url }] };
  return {
    version: 'v2',
    content: {
      ...(channel !== 'messenger' && { type: channel }),
      messages: [
        ...(image === undefined || plain ? [] : [{ type: 'image', url: image }]),
        { type: 'text', text: said, ...buttons },
      ],
    },
  };
}
