import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException, Logger } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { QueryFailedError } from 'typeorm';
import { z } from 'zod';
import { Problem } from '../observability/problem.js';
import { batchFailure } from '../pipeline/batch-failure.js';
import { pipelineProblem } from '../pipeline/pipeline-problems.js';

/** Turns whatever was thrown into `application/problem+json` (RFC 9457). What we did not expect is logged, not shown. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  readonly #log = new Logger(ProblemFilter.name);

  async catch(error: unknown, host: ArgumentsHost): Promise<void> {
    const http = host.switchToHttp();
    const { url } = http.getRequest<FastifyRequest>();
    const problem = this.#problemOf(error);
    const { status, title, detail, extensions, headers } = problem;
    await http
      .getResponse<FastifyReply>()
      .status(status)
      .headers(headers)
      .type('application/problem+json')
      .send({ type: 'about:blank', title, status, detail, instance: url.split('?', 1)[0], ...extensions });
  }

  #problemOf(error: unknown): Problem {
    if (error instanceof Problem) return error;
    const known =
      pipelineProblem(error) ?? fromZod(error) ?? fromNest(error) ?? fromFastify(error) ?? fromPostgres(error);
    if (known !== null) return known;
    this.#log.error({ err: error }, 'a request failed unexpectedly');
    if (batchFailure(error) === 'unavailable')
      return new Problem(503, 'Not available now', 'The database cannot be used now. Ask again in a few seconds.');
    return new Problem(500, 'Something went wrong', 'It is logged. Nothing was half-written.');
  }
}

function fromZod(error: unknown): Problem | null {
  if (!(error instanceof z.ZodError)) return null;
  const errors = error.issues.map(({ path, message }) => ({
    pointer: `/${path.map(String).join('/')}`,
    detail: message,
  }));
  return new Problem(400, 'That is not what was expected', z.prettifyError(error), { errors });
}

function fromNest(error: unknown): Problem | null {
  if (!(error instanceof HttpException)) return null;
  const said = error.getResponse();
  // Terminus says there what is down.
  const extensions = typeof said === 'object' && 'details' in said ? { checks: said.details } : {};
  return new Problem(error.getStatus(), titles[error.getStatus()] ?? 'Problem', error.message, extensions);
}

/** Fastify's own refusals: a body that is too large, a content type it does not take. */
function fromFastify(error: unknown): Problem | null {
  if (!(error instanceof Error) || !('statusCode' in error) || typeof error.statusCode !== 'number') return null;
  return error.statusCode < 500
    ? new Problem(error.statusCode, titles[error.statusCode] ?? 'Bad request', error.message)
    : null;
}

/** PostgreSQL stores any text but one with U+0000, whether in a text or escaped in JSON. */
const noSuchText: ReadonlySet<unknown> = new Set(['22021', '22P05']);

function fromPostgres(error: unknown): Problem | null {
  if (!(error instanceof QueryFailedError) || !('code' in error) || !noSuchText.has(error.code)) return null;
  return new Problem(
    400,
    'That is not what was expected',
    'A text holds the character U+0000, which cannot be stored.',
  );
}

const titles: Readonly<Record<number, string>> = {
  400: 'Bad request',
  401: 'Not let in',
  403: 'Not allowed',
  404: 'Not found',
  409: 'Conflict',
  413: 'Body too large',
  415: 'Content type not supported',
  503: 'Not available now',
};
