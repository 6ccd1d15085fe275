/** Arrows go down only (ARCHITECTURE.md, "Rooms"). Each row: a room, and the rooms it may import besides itself. */
const ground = ['database', 'security', 'observability'];
const facts = ['profiles', 'events', 'consent']; // peers: an event is about a profile, a consent is proved by an event
const rooms = {
  database: [],
  observability: [],
  security: ['database'],
  jobs: ground,
  profiles: [...facts, ...ground],
  events: [...facts, ...ground],
  consent: [...facts, ...ground],
  destinations: [...facts, ...ground],
  mapping: ['destinations', ...facts, ...ground],
  delivery: ['mapping', 'destinations', 'jobs', ...facts, ...ground],
  segments: ['jobs', ...facts, ...ground],
  scoring: ['segments', 'jobs', ...facts, ...ground],
  recalculation: ['pipeline', 'segments', 'scoring', 'jobs', ...facts, ...ground],
  pipeline: ['segments', 'scoring', 'delivery', 'mapping', ...facts, ...ground],
  erasure: ['delivery', 'mapping', 'destinations', ...facts, ...ground],
  enrichment: ['erasure', 'pipeline', 'delivery', 'mapping', 'destinations', 'jobs', ...facts, ...ground],
  personalization: [...facts, ...ground],
  sources: ['personalization', 'pipeline', ...facts, ...ground],
  provisioning: ['segments', 'scoring', 'sources', 'delivery', 'mapping', 'destinations', ...facts, ...ground],
  maintenance: ['recalculation', 'enrichment', 'delivery', 'jobs', ...facts, ...ground],
  health: ['jobs', ...ground],
  sandbox: [],
  admin: [
    'erasure',
    'recalculation',
    'segments',
    'scoring',
    'enrichment',
    'sources',
    'provisioning',
    'pipeline',
    'delivery',
    'mapping',
    'destinations',
    'jobs',
    ...facts,
    ...ground,
  ],
  demo: [],
};
const tests = '\\.test\\.ts$|/(test-support|fixtures)\\.ts$';

const roomRules = Object.entries(rooms).map(([room, allowed]) => ({
  name: `${room}-imports-down`,
  severity: 'error',
  comment: `src/${room} may import only: ${allowed.join(', ') || 'nothing of ours'} (and config)`,
  from: { path: `^src/${room}/`, pathNot: tests },
  to: { path: '^src/', pathNot: `^src/(${[room, ...allowed].join('|')})/` },
}));

export default {
  forbidden: [
    ...roomRules,
    {
      name: 'no-cycles',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'a-provider-is-one-folder',
      severity: 'error',
      comment: 'Only the registry reaches into a provider’s folder.',
      from: { path: '^src/', pathNot: '^src/destinations/(([^/]+)/|registry\\.ts)|\\.test\\.ts$|/test-support\\.ts$' },
      to: { path: '^src/destinations/[^/]+/' },
    },
    {
      name: 'providers-do-not-know-each-other',
      severity: 'error',
      from: { path: '^src/destinations/([^/]+)/' },
      to: { path: '^src/destinations/([^/]+)/', pathNot: '^src/destinations/$1/' },
    },
    {
      name: 'a-platform-is-one-folder',
      severity: 'error',
      comment: 'Only the registry reaches into a platform’s folder.',
      from: { path: '^src/', pathNot: '^src/sources/(platforms/|registry\\.ts)|\\.test\\.ts$|/test-support\\.ts$' },
      to: { path: '^src/sources/platforms/' },
    },
    {
      name: 'platforms-do-not-know-each-other',
      severity: 'error',
      from: { path: '^src/sources/platforms/([^/]+)/' },
      to: { path: '^src/sources/platforms/([^/]+)/', pathNot: '^src/sources/platforms/$1/' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    exclude: { path: '^(dist|node_modules)/' },
  },
};
