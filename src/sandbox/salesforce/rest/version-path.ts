import { notFound } from './rest-error.js';

export const oldestVersion = 31;
export const newestVersion = 67;

/** `/services/data/v60.0` of a version such as `v60.0`. @throws RestError 404 for one that Salesforce does not serve */
export function versionPathOf(version: string): string {
  const number = /^v(\d+)\.0$/.exec(version)?.[1];
  if (number === undefined || Number(number) < oldestVersion || Number(number) > newestVersion) throw notFound();
  return `/services/data/${version}`;
}

/** The list at `/services/data`. */
export const servedVersions = () =>
  Array.from({ length: newestVersion - oldestVersion + 1 }, (_, index) => {
    const version = `${oldestVersion + index}.0`;
    return { label: `Version ${version}`, url: `/services/data/v${version}`, version };
  });
