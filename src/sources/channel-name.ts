/** What authors and platforms call a channel → what we call it. */
const names: ReadonlyMap<string, string> = new Map(
  Object.entries({
    whatsapp: ['wa', 'whatsapp', 'whats app', 'wsp', 'waba'],
    instagram: ['ig', 'instagram', 'insta', 'instagram direct'],
    messenger: ['fb', 'fbm', 'facebook', 'messenger', 'facebook messenger'],
    telegram: ['tg', 'telegram'],
    tiktok: ['tt', 'tiktok'],
    web: ['web', 'webchat', 'website', 'landbot', 'widget'],
    sms: ['sms'],
    email: ['email', 'e-mail'],
  }).flatMap(([channel, spellings]) => spellings.map((spelling) => [spelling, channel] as const)),
);

/** Our name of a channel; one we do not know keeps its own, in lower case. Null: not a name. */
export function channelName(text: string): string | null {
  const spelling = text
    .trim()
    .toLowerCase()
    .replace(/[\s_]+/g, ' ');
  const known = names.get(spelling);
  if (known !== undefined) return known;
  return /^[\p{L}\d][\p{L}\p{M}\d .-]{0,31}$/u.test(spelling) ? spelling.replaceAll(' ', '_') : null;
}
