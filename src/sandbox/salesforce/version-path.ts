import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { notFound } from './rest-error.js';

const params = z.object({ version: z.string() });
const oldest = 31;
const newest = 67;

/** `/services/data/v60.0` of the request. @throws RestError 404 for a version Salesforce does not serve */
export function versionPathOf(request: FastifyRequest): string {
  const { version } = params.parse(request.params);
  const number = /^v(\d+)\.0$/.exec(version)?.[1];
  if (number === undefined || Number(number) < oldest || Number(number) > newest) throw notFound();
  return `/services/data/${version}`;
}
