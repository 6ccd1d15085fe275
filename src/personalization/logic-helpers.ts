import type { HelperOptions } from 'handlebars';
import { isNothing } from './format-helpers.js';
import type { Reader } from './reader.js';

type Helper = (...given: unknown[]) => unknown;

/** The parameters a template wrote, without Handlebars' options. */
const of =
  (decide: (given: readonly unknown[]) => unknown): Helper =>
  (...given) =>
    decide(given.slice(0, -1));

const compare = (fits: (order: number) => boolean): Helper =>
  of(([left, right]) => !isNothing(left) && !isNothing(right) && fits(order(left, right)));

/** Numbers by size; everything else, dates among it, by its letters. */
function order(left: unknown, right: unknown): number {
  const [one, other] = [Number(left), Number(right)];
  if (!Number.isNaN(one) && !Number.isNaN(other)) return one - other;
  const [a, b] = [String(left), String(right)];
  return a < b ? -1 : a > b ? 1 : 0;
}

const same = (left: unknown, right: unknown): boolean => String(left) === String(right);

/** Questions for {{#if (…)}}, and what to say instead of nothing. */
export const logicHelpers: Readonly<Record<string, Helper>> = {
  /** The first of its parameters that says something. */
  default: of((given) => given.find((value) => !isNothing(value)) ?? ''),
  eq: of(([left, right]) => same(left, right)),
  ne: of(([left, right]) => !same(left, right)),
  gt: compare((difference) => difference > 0),
  gte: compare((difference) => difference >= 0),
  lt: compare((difference) => difference < 0),
  lte: compare((difference) => difference <= 0),
  and: of((given) => given.every(Boolean)),
  or: of((given) => given.some(Boolean)),
  not: of(([value]) => isNothing(value) || value === false || value === 0),
  has: of(([list, wanted]) =>
    Array.isArray(list)
      ? list.some((each) => same(each, wanted))
      : typeof list === 'string' && list.includes(String(wanted)),
  ),
  /** `{{plural points one="# point" other="# points"}}`, by the reader's language. */
  plural: (...given) => {
    const options = given.at(-1) as HelperOptions; // Handlebars gives them last
    const count = Number(given[0]);
    if (given.length < 2 || isNothing(given[0]) || !Number.isFinite(count)) return '';
    const forms = options.hash as Readonly<Record<string, unknown>>;
    const { locale } = (options.data as { readonly reader: Reader }).reader;
    const form = new Intl.PluralRules(locale).select(count);
    const words = Object.hasOwn(forms, form) ? forms[form] : forms.other;
    return typeof words === 'string' ? words.replaceAll('#', new Intl.NumberFormat(locale).format(count)) : '';
  },
};
