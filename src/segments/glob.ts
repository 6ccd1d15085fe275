const [star, question] = ['*'.charCodeAt(0), '?'.charCodeAt(0)];
const isHighSurrogate = (code: number): boolean => code >= 0xd800 && code <= 0xdbff;

/**
 * Does a pattern fit the whole text? `*` is any number of characters, `?` exactly one. Takes at most length × length steps:
 * a star that has to give way begins anew, earlier stars never do.
 */
export function matchesGlob(text: string, pattern: string): boolean {
  let [at, place] = [0, 0];
  let [starAt, starText] = [-1, 0];
  while (at < text.length) {
    const wanted = pattern.charCodeAt(place);
    if (wanted === star) {
      [starAt, starText] = [place, at];
      place += 1;
    } else if (wanted === question) {
      at += isHighSurrogate(text.charCodeAt(at)) ? 2 : 1;
      place += 1;
    } else if (wanted === text.charCodeAt(at)) {
      at += 1;
      place += 1;
    } else if (starAt >= 0) {
      starText += isHighSurrogate(text.charCodeAt(starText)) ? 2 : 1;
      [at, place] = [starText, starAt + 1];
    } else return false;
  }
  while (pattern.charCodeAt(place) === star) place += 1;
  return place === pattern.length;
}

/** The same as a pattern of SQL's `LIKE`. */
export const likePattern = (pattern: string): string => escapeLike(pattern).replaceAll('*', '%').replaceAll('?', '_');

/** What `LIKE` takes literally. */
export const escapeLike = (text: string): string => text.replace(/[\\%_]/g, (special) => `\\${special}`);
