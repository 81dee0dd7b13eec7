// Who may import what. The rooms and the reasons are in docs/architecture.md; each rule here says its own sentence.
const core = '^src/(profile|certificates|connectivity|endpoints|payload|protobuf|codec-server)/';
const heavy = 'node_modules/(@temporalio|@grpc|@aws-sdk|@smithy|@aws-crypto|@peculiar|protobufjs|jose|yaml|chalk)/';
const nodeInput =
  '^(node:)?(fs|fs/promises|net|tls|dns|dns/promises|http|https|http2|child_process|process|os|readline|readline/promises)$';

/** The rooms of src/payload, and which of the others each may import besides itself. */
const payloadRooms = {
  model: [],
  json: ['model'],
  schema: ['model', 'json'],
  walk: ['model', 'json', 'schema'],
  documents: ['model', 'json', 'schema', 'walk'],
  keys: ['model', 'json'],
  compression: [],
  families: ['model', 'json', 'keys', 'compression'],
  size: ['model', 'json', 'schema', 'keys', 'families'],
};

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    {
      name: 'no-circles',
      comment: 'Data flows one way: a circle means that two files are one idea or that a third is missing.',
      severity: 'error',
      from: {},
      to: { circular: true, dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'bin-stays-thin',
      comment:
        'bin.ts makes the Context and calls main: it may know main, the lazy ports, and what an error and a redactor are.',
      severity: 'error',
      from: { path: '^src/bin\\.ts$' },
      to: { path: '^src/', pathNot: '^src/(main|context|redact|adapters/lazy|errors/[^/]+)\\.ts$' },
    },
    {
      name: 'program-knows-only-doors',
      comment:
        'main.ts, program.ts and contents.ts route and catch: domain rooms and adapters are behind the commands.',
      severity: 'error',
      from: { path: '^src/(main|program|contents)\\.ts$' },
      to: { path: ['^src/(adapters|sandbox|worker)/', core] },
    },
    {
      name: 'commands-declare-then-call',
      comment:
        'A command parses, calls the core through context.ports and emits: I/O and heavy packages belong to adapters.',
      severity: 'error',
      from: { path: '^src/commands/' },
      to: { path: ['^src/(adapters|sandbox|worker)/', heavy, nodeInput] },
    },
    {
      name: 'core-is-pure',
      comment: 'The core computes: what it needs of the world comes in through a port that it declares.',
      severity: 'error',
      from: { path: core },
      to: {
        path: [
          '^src/(commands|views|output|adapters|sandbox|worker)/',
          '^src/(context|main|program|contents|bin)\\.ts$',
          nodeInput,
          'node_modules/(commander|chalk|@temporalio|@grpc|@aws-sdk)/',
        ],
      },
    },
    {
      name: 'catalogue-is-data',
      comment: 'The catalogue of codes and the redactor import nothing else, so that everything may import them.',
      severity: 'error',
      from: { path: '^src/(connectivity/catalogue|redact)(/|\\.ts$)' },
      to: { path: '.', pathNot: '^src/connectivity/catalogue/', dependencyTypesNot: ['type-only'] },
    },
    ...Object.entries(payloadRooms).map(([room, others]) => ({
      name: `payload-${room}-looks-down`,
      comment: 'The rooms of src/payload lie one above the other: docs/architecture.md has them in order.',
      severity: 'error',
      from: { path: `^src/payload/${room}/` },
      to: { path: '^src/payload/', pathNot: `^src/payload/(${[room, ...others].join('|')})/` },
    })),
    {
      name: 'adapters-fill-ports',
      comment: 'An adapter fills a port of the core: it never knows a command, a view or a format.',
      severity: 'error',
      from: { path: '^src/adapters/' },
      to: { path: '^src/(commands|views|output|main|program|contents|bin)' },
    },
    {
      name: 'heavy-packages-load-late',
      comment: 'A heavy package is loaded by `await import()` at the moment of use, or start-up pays for it.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(sandbox|worker)/' },
      to: { path: heavy, dependencyTypesNot: ['dynamic-import', 'type-only'] },
    },
    {
      name: 'rooms-behind-doors',
      comment: 'The sandbox and the worker library are loaded by adapters/lazy.ts or by the package export only.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(sandbox|worker)/|^src/adapters/lazy\\.ts$' },
      to: { path: '^src/(sandbox|worker)/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'back-rooms-do-not-print',
      comment: 'The sandbox and the worker library return data: words are made in views, by a command.',
      severity: 'error',
      from: { path: '^src/(sandbox|worker)/' },
      to: { path: '^src/(commands|views|output|main|program|contents|bin)' },
    },
    {
      name: 'views-return-text',
      comment: 'A view turns a result into text: it does no I/O and knows no adapter and no flag.',
      severity: 'error',
      from: { path: '^src/views/' },
      to: {
        path: [
          '^src/(adapters|commands|sandbox|worker)/',
          '^src/(context|main|program|contents|bin)\\.ts$',
          'node_modules/(commander|chalk)/',
          nodeInput,
        ],
      },
    },
    {
      name: 'output-knows-no-domain',
      comment: 'output/ writes words as bytes for any result: a domain type there would couple every command to it.',
      severity: 'error',
      from: { path: '^src/output/' },
      to: {
        path: [
          '^src/(adapters|commands|views|sandbox|worker)/',
          core,
          '^src/(context|main|program|contents|bin)\\.ts$',
        ],
      },
    },
    {
      name: 'no-dev-packages-outside-the-bundle',
      comment:
        'What is not a dependency is not installed for users: only what the bundle contains may be a devDependency.',
      severity: 'error',
      from: { path: '^src/' },
      to: {
        dependencyTypes: ['npm-dev'],
        dependencyTypesNot: ['type-only'],
        // The workers that use `nexusctl/codec` bring @temporalio/common with them: it is a peer.
        pathNot:
          'node_modules/(commander|@commander-js/extra-typings|chalk|smol-toml|@noble/ciphers|fzstd|long|@temporalio/common)/',
      },
    },
    {
      name: 'no-orphans',
      comment: 'A file that nothing imports is a leftover.',
      severity: 'error',
      from: { orphan: true, path: '^src/', pathNot: '^src/bin\\.ts$' },
      to: {},
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: 'specify',
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
    exclude: { path: '^(dist|test|bench)/' },
  },
};
