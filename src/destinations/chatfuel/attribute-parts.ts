/** What of an address is surely taken by everybody on the way. */
const mostCharacters = 6_000;

/** Attributes in parts that each fit into one address, because Chatfuel wants them there. One that is too long alone has its own. */
export function inAddresses(attributes: Readonly<Record<string, string>>): Record<string, string>[] {
  const parts: Record<string, string>[] = [];
  let length = Infinity;
  for (const [name, value] of Object.entries(attributes)) {
    const own = new URLSearchParams({ [name]: value }).toString().length + 1;
    if (length + own > mostCharacters) {
      parts.push({});
      length = 0;
    }
    Object.assign(parts.at(-1) ?? {}, { [name]: value });
    length += own;
  }
  return parts;
}
