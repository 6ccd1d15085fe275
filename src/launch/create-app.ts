import { StandardSchemaValidationPipe } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Logger } from 'nestjs-pino';
import type { Environment } from '../../config/env.js';
import { AppModule } from '../app.module.js';
import { Problem } from '../observability/problem.js';

/** Far above what any chat platform sends for one contact; Rasa's trackers are the largest. */
const bodyLimitBytes = 4 * 1024 * 1024;

/** The Nest application of a role, ready to listen. */
export async function createApp(env: Environment, databaseUrl: string): Promise<NestFastifyApplication> {
  const adapter = new FastifyAdapter({
    bodyLimit: bodyLimitBytes,
    routerOptions: { maxParamLength: 200 },
    frameworkErrors: refuseAddress,
  });
  const app = await NestFactory.create<NestFastifyApplication>(AppModule.forRole(env, databaseUrl), adapter, {
    bufferLogs: true,
    bodyParser: false,
    abortOnError: false,
  });
  app.useLogger(app.get(Logger));
  app.useGlobalPipes(new StandardSchemaValidationPipe({ exceptionFactory: invalidInput }));
  readBodies(app.getHttpAdapter().getInstance());
  describeApi(app);
  await app.init();
  await app.getHttpAdapter().getInstance().ready();
  return app;
}

/** An address that cannot be read, or is too long, reaches no controller and so no filter. */
function refuseAddress(error: FastifyError, _request: FastifyRequest, reply: FastifyReply): void {
  const { statusCode: status = 400, message: detail } = error;
  void reply
    .status(status)
    .type('application/problem+json')
    .send({ type: 'about:blank', title: 'Bad address', status, detail });
}

/** What a request's body, query or path should have been, each problem with its place. */
function invalidInput(issues: readonly Issue[]): Problem {
  const errors = issues.map(({ path = [], message }) => ({
    pointer: path.map((part) => `/${String(typeof part === 'object' ? part.key : part)}`).join(''),
    detail: message,
  }));
  const detail = errors
    .map(({ pointer, detail: said }) => `${pointer === '' ? 'the value' : pointer}: ${said}`)
    .join('; ');
  return new Problem(400, 'That is not what was expected', detail, { errors });
}

interface Issue {
  readonly message: string;
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}

/** Webhooks get the bytes: platforms differ in what they call JSON, and ids must not pass through JavaScript's numbers. */
function readBodies(fastify: FastifyInstance): void {
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  fastify.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body, done) => {
    if (request.url.startsWith('/hooks/')) {
      done(null, body);
      return;
    }
    try {
      done(null, body.length === 0 ? undefined : JSON.parse(body.toString('utf8')));
    } catch (error) {
      const said = error instanceof Error ? error.message : String(error);
      done(Object.assign(new Error(`The body is not JSON: ${said}`), { statusCode: 400 }));
    }
  });
}

function describeApi(app: NestFastifyApplication): void {
  const description = new DocumentBuilder()
    .setTitle('Parley')
    .setDescription(
      'The middleware between chatbots and the CRM. Problems are answered as RFC 9457 application/problem+json.',
    )
    .setVersion('0.1.0')
    .addBearerAuth({ type: 'http', scheme: 'bearer', description: 'An API key' })
    .build();
  SwaggerModule.setup('docs', app, () => SwaggerModule.createDocument(app, description), {
    jsonDocumentUrl: 'docs/openapi.json',
    yamlDocumentUrl: 'docs/openapi.yaml',
    customSiteTitle: 'Parley API',
  });
}
