/** Arrows go down only (ARCHITECTURE.md, "Rooms"). Each row: a room, and the rooms it may import besides itself. */
const rooms = {
  observability: ['security'],
  security: [],
  database: [],
  profiles: ['database', 'security', 'observability', 'consent'],
  consent: [],
  events: ['database', 'profiles', 'consent', 'observability', 'security'],
  destinations: ['consent', 'profiles', 'security', 'observability'],
  mapping: ['destinations', 'profiles', 'consent', 'database', 'security', 'observability'],
  jobs: ['observability', 'database'],
  delivery: ['destinations', 'mapping', 'profiles', 'events', 'consent', 'jobs', 'database', 'observability', 'security'],
  pipeline: ['delivery', 'mapping', 'profiles', 'events', 'consent', 'destinations', 'jobs', 'database', 'observability', 'security', 'sources'],
  sources: ['events', 'profiles', 'consent', 'database', 'observability', 'security'],
  hooks: ['sources', 'pipeline', 'events', 'observability', 'security'],
  sandbox: [],
  provisioning: ['sources', 'destinations', 'mapping', 'delivery', 'profiles', 'events', 'database', 'security', 'observability'],
  admin: ['hooks', 'sources', 'provisioning', 'pipeline', 'delivery', 'mapping', 'destinations', 'profiles', 'events', 'consent', 'jobs', 'database', 'observability', 'security'],
};

const roomRules = Object.entries(rooms).map(([room, allowed]) => ({
  name: `${room}-imports-down`,
  severity: 'error',
  comment: `src/${room} may import only: ${allowed.join(', ') || 'nothing of ours'} (and config)`,
  from: { path: `^src/${room}/`, pathNot: '\\.test\\.ts$' },
  to: { path: '^src/', pathNot: `^src/(${[room, ...allowed].join('|')})/` },
}));

export default {
  forbidden: [
    ...roomRules,
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } } },
    {
      name: 'a-provider-is-one-folder',
      severity: 'error',
      comment: 'Only the registry reaches into a provider’s folder.',
      from: { path: '^src/', pathNot: '^src/destinations/(([^/]+)/|registry\\.ts)|\\.test\\.ts$' },
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
      from: { path: '^src/', pathNot: '^src/sources/(platforms/|registry\\.ts)|\\.test\\.ts$' },
      to: { path: '^src/sources/platforms/' },
    },
    {
      name: 'platforms-do-not-know-each-other',
      severity: 'error',
      from: { path: '^src/sources/platforms/([^/]+)/' },
      to: { path: '^src/sources/platforms/([^/]+)/', pathNot: '^src/sources/platforms/$1/' },
    },
    { name: 'only-config-reads-the-environment-file', severity: 'error', from: { path: '^config/' }, to: { path: '^src/(?!database/)' } },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    exclude: { path: '^(dist|node_modules)/' },
  },
};
