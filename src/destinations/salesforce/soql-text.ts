const escapes: Readonly<Record<string, string>> = { '\\': '\\\\', "'": "\\'", '\n': '\\n', '\r': '\\r' };

/** A text as a SOQL literal: nothing in it can end the literal, and all of it can stand in an address. */
export const soqlText = (text: string): string =>
  `'${text.toWellFormed().replace(/[\\'\n\r]/g, (character) => escapes[character] ?? '')}'`;

/** Queries travel in the address, and servers on the way give up at about 16,000 characters of it. */
const longestQuery = 12_000;

/** Length in an address, where quotes are written as %27. */
const lengthInAddress = (text: string): number => encodeURIComponent(text).replaceAll("'", '%27').length;

/**
 * Queries for all records whose `keyField` holds one of the keys: usually one, more when the keys are long.
 * @param fields what to select, the key field among it
 * @param suffix what follows the list of keys, for example ` AND CampaignId = '…'`
 */
export function queriesByKey(
  object: string,
  fields: readonly string[],
  keyField: string,
  keys: readonly string[],
  suffix = '',
): readonly string[] {
  const head = `SELECT ${fields.join(', ')} FROM ${object} WHERE ${keyField} IN (`;
  const lists: string[][] = [];
  let length = Infinity;
  for (const literal of keys.map(soqlText)) {
    const added = lengthInAddress(`${literal},`);
    if (length + added > longestQuery) {
      lists.push([]);
      length = lengthInAddress(head + suffix);
    }
    lists.at(-1)?.push(literal);
    length += added;
  }
  return lists.map((list) => `${head}${list.join(',')})${suffix}`);
}
