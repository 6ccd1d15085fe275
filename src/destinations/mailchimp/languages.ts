/**
 * Languages a contact can have, by Mailchimp's codes. `pt` is Brazil's and `es` Mexico's; the European ones have a code of their own.
 *
 * @see https://mailchimp.com/help/view-and-edit-contact-languages/
 */
const codes = (
  'en ar af be bg ca zh hr cs da nl et fa fi fr fr_CA de el he hi hu is id ga it ja km ko lv lt mt ms mk no pl pt pt_PT ' +
  'ro ru sr sk sl es es_ES sw sv ta th tr uk vi'
).split(' ');

const byLowerCase = new Map(codes.map((code) => [code.toLowerCase(), code]));
/** Norwegian and Hebrew under the names that other systems give them. */
const otherNames = new Map([
  ['nb', 'no'],
  ['nn', 'no'],
  ['iw', 'he'],
  ['in', 'id'],
]);

/** `de-AT` is `de`, `pt-PT` is `pt_PT`; null: Mailchimp does not know the language. */
export function toLanguageCode(written: string): string | null {
  const tag = written.trim().toLowerCase().replaceAll('-', '_');
  const [language = ''] = tag.split('_');
  return byLowerCase.get(tag) ?? byLowerCase.get(otherNames.get(language) ?? language) ?? null;
}
