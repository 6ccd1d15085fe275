import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { Emulator, SandboxClock } from './emulator.js';
import { faultSchema, type FaultPlan } from './fault-plan.js';
import type { Journal } from './journal.js';
import { anchorOf, renderSandboxPage } from './sandbox-page.js';

interface Parts {
  readonly emulator: Emulator;
  readonly clock: SandboxClock;
  readonly journal: Journal;
  readonly faults: FaultPlan;
}

const clockSchema = z.strictObject({ now: z.iso.datetime({ offset: true }).nullable() });
const limitsSchema = z.strictObject({ enabled: z.boolean(), tier: z.string().optional() });
const callsQuery = z.object({ method: z.string().optional(), path: z.string().optional() });

/** The control API that every sandbox has beside its provider's own paths. Described in docs/sandbox.md. */
export function registerControlApi(app: FastifyInstance, { emulator, clock, journal, faults }: Parts): void {
  app.post('/_sandbox/reset', () => {
    emulator.reset();
    emulator.setLimits({ enabled: false });
    faults.clear();
    journal.clear();
    clock.set(null);
    return { reset: emulator.id };
  });
  app.get('/_sandbox/state', () => emulator.exportState());
  app.put('/_sandbox/state', (request, reply) =>
    answered(reply, () => {
      emulator.importState(request.body);
      return { imported: emulator.id };
    }),
  );
  app.put('/_sandbox/clock', (request, reply) =>
    answered(reply, () => {
      const { now } = clockSchema.parse(request.body);
      clock.set(now === null ? null : new Date(now));
      return { now: clock.now() };
    }),
  );
  app.get('/_sandbox/calls', (request) => ({
    total: journal.count,
    calls: journal.entries(callsQuery.parse(request.query)),
  }));
  app.get('/_sandbox/views', () =>
    emulator.views().map((view) => {
      const { title, page, columns, rows } = view;
      return {
        title,
        path: page?.path ?? `/_sandbox#${anchorOf(view)}`,
        page: page?.title,
        columns,
        rows: rows.length,
      };
    }),
  );
  app.get('/_sandbox/faults', () => faults.pending());
  app.post('/_sandbox/faults', (request, reply) =>
    answered(reply, () => {
      faults.add(faultSchema.parse(request.body));
      return faults.pending();
    }),
  );
  app.delete('/_sandbox/faults', () => {
    faults.clear();
    return [];
  });
  app.put('/_sandbox/limits', (request, reply) =>
    answered(reply, () => {
      const limits = limitsSchema.parse(request.body);
      emulator.setLimits(limits);
      return limits;
    }),
  );
  app.get('/_sandbox', (_request, reply) => reply.type('text/html').send(renderSandboxPage(emulator, journal)));
}

interface Answering {
  code(status: number): Answering;
}

function answered(reply: Answering, act: () => unknown): unknown {
  try {
    return act();
  } catch (error) {
    reply.code(400);
    const detail =
      error instanceof z.ZodError ? z.prettifyError(error) : error instanceof Error ? error.message : String(error);
    return { title: 'The sandbox cannot do that', status: 400, detail };
  }
}
