import type { IncomingEvent } from '../events/incoming-event.js';
import { attributeKey } from '../profiles/attribute-key.js';
import type { AttributeType, AttributeValue } from '../profiles/attribute.js';
import { normaliseEmail } from '../profiles/email.js';
import { normalisePhone } from '../profiles/phone.js';

/** A caption that a source has sent, and what to make of it. */
export interface SeenCaption {
  readonly caption: string;
  /** The attribute it is now; null: left out. */
  readonly attribute: string | null;
  readonly type: AttributeType;
  /** In how many of the looked at events. */
  readonly seen: number;
  readonly example: AttributeValue;
  /** What it should rather be; null: nothing better is known. */
  readonly suggestion: { readonly attribute: string; readonly because: string } | null;
}

/** Several captions that are one attribute; only the first of them in an event counts. */
export interface CaptionClash {
  readonly attribute: string;
  readonly captions: readonly string[];
}

/** What authors call the attributes that CRMs know, by `attributeKey` of the caption. */
const synonyms: ReadonlyMap<string, string> = new Map(
  Object.entries({
    email: ['correo', 'correoElectronico', 'mail', 'emailAddress', 'eMail', 'eMailAdresse', 'courriel', 'posta', 'почта'],
    phone: ['phoneNumber', 'telefono', 'telefon', 'telefonnummer', 'tel', 'telephone', 'mobile', 'mobil', 'handy', 'celular', 'movil', 'cellulare', 'телефон'],
    firstName: ['nombre', 'vorname', 'prenom', 'nome', 'givenName', 'имя'],
    lastName: ['apellido', 'apellidos', 'nachname', 'nomDeFamille', 'cognome', 'sobrenome', 'surname', 'familyName', 'фамилия'],
    fullName: ['nombreCompleto', 'nomeCompleto', 'vollstandigerName', 'nomComplet'],
    birthday: ['cumpleanos', 'geburtstag', 'geburtsdatum', 'fechaDeNacimiento', 'birthdate', 'birthDate', 'dateOfBirth', 'anniversaire', 'compleanno', 'датаРождения'],
    city: ['ciudad', 'stadt', 'ville', 'citta', 'cidade', 'город'],
    country: ['pais', 'land', 'pays', 'paese', 'страна'],
    language: ['idioma', 'sprache', 'langue', 'lingua', 'язык'],
    company: ['empresa', 'firma', 'entreprise', 'azienda', 'компания'],
  }).flatMap(([attribute, names]) => names.map((name) => [name, attribute] as const)),
); // prettier-ignore

/** As many events must have carried it, and all alike, before a value's look decides. */
const enoughValues = 1;

/**
 * Which captions a source sends, and what they could be: by what their values look like, else by their name.
 *
 * @param events read without the source's own captions
 * @param captions the source's mapping now
 */
export function suggestCaptions(
  events: readonly IncomingEvent[],
  captions: Readonly<Record<string, string | null>>,
  region: string | null,
): { readonly captions: SeenCaption[]; readonly clashes: CaptionClash[] } {
  const values = new Map<string, { type: AttributeType; values: AttributeValue[] }>();
  for (const { key, label, type, value } of events.flatMap(({ attributes }) => attributes)) {
    // Fields that the platform itself defines are mapped already.
    if (attributeKey(label) !== key) continue;
    const known = values.get(label);
    if (known === undefined) values.set(label, { type, values: [value] });
    else known.values.push(value);
  }
  const seen = [...values].map(([caption, { type, values: all }]): SeenCaption => {
    const attribute = attributeOf(caption, captions);
    const [example = ''] = all;
    return {
      caption,
      attribute,
      type,
      seen: all.length,
      example,
      suggestion: suggest(caption, attribute, all, region),
    };
  });
  return { captions: seen.sort((one, other) => other.seen - one.seen), clashes: clashesOf(seen) };
}

function attributeOf(caption: string, captions: Readonly<Record<string, string | null>>): string | null {
  const key = attributeKey(caption);
  for (const name of [caption, key]) if (Object.hasOwn(captions, name)) return captions[name] ?? null;
  return key;
}

function suggest(
  caption: string,
  attribute: string | null,
  values: readonly AttributeValue[],
  region: string | null,
): SeenCaption['suggestion'] {
  const texts = values.filter((value) => typeof value === 'string');
  const all = (fits: (text: string) => boolean): boolean =>
    texts.length === values.length && texts.length >= enoughValues && texts.every(fits);
  const byValue = all((text) => normaliseEmail(text) !== null)
    ? { attribute: 'email', because: 'its values are e-mail addresses' }
    : all((text) => /^[+\d][\d\s()./-]{6,}$/.test(text) && normalisePhone(text, region) !== null)
      ? { attribute: 'phone', because: 'its values are phone numbers' }
      : null;
  const named = synonyms.get(attributeKey(caption));
  const found = byValue ?? (named === undefined ? null : { attribute: named, because: 'it is called so' });
  return found === null || found.attribute === attribute ? null : found;
}

function clashesOf(seen: readonly SeenCaption[]): CaptionClash[] {
  const byAttribute = Map.groupBy(
    seen.filter(({ attribute }) => attribute !== null),
    ({ attribute }) => attribute ?? '',
  );
  return [...byAttribute].flatMap(([attribute, all]) =>
    all.length < 2 ? [] : [{ attribute, captions: all.map(({ caption }) => caption) }],
  );
}
