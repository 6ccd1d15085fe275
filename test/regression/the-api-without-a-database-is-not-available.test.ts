import { Controller, Get, Logger, Module } from '@nestjs/common';
import { APP_FILTER, NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { expect, it, onTestFinished } from 'vitest';
import { ProblemFilter } from '../../src/admin/problem.filter.js';
import { createDataSource } from '../../config/data-source.js';

@Controller()
class WithoutDatabase {
  @Get()
  async read(): Promise<void> {
    await createDataSource('postgres://nobody:nothing@127.0.0.1:1/none').initialize();
  }
}

@Module({ controllers: [WithoutDatabase], providers: [{ provide: APP_FILTER, useClass: ProblemFilter }] })
class OneQuestion {}

// It was 500, which looks like a mistake of ours, and which no proxy or client tries again.
it('answers 503 when PostgreSQL is away', async () => {
  Logger.overrideLogger(false);
  const app = await NestFactory.create<NestFastifyApplication>(OneQuestion, new FastifyAdapter(), { logger: false });
  onTestFinished(() => app.close());
  await app.init();
  const answer = await app.inject({ method: 'GET', url: '/' });
  expect(answer.statusCode).toBe(503);
  expect(answer.headers['content-type']).toContain('application/problem+json');
  expect(answer.json()).toMatchObject({ status: 503, instance: '/' });
});
