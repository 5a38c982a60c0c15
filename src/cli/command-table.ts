import type { CommandLine, OptionName } from './options.js';

/** A command with everything that its help says. */
export interface Command {
  /** One line for the list of all commands. */
  readonly summary: string;
  /** What it takes beside options, such as `"QUESTION"`. Absent: nothing. */
  readonly takes?: string;
  /** The options that it takes. A text replaces the option's general one. */
  readonly options: Readonly<Partial<Record<OptionName, true | string>>>;
  /** Each is run after the name of the program. */
  readonly examples: readonly string[];
  readonly run: (line: CommandLine) => Promise<void>;
}

/** How a command finds the running proxy. */
const FIND_PROXY = {
  config: true,
  url: true,
  demo: 'talk to a proxy that runs with --demo',
  port: true,
  host: true,
  'data-dir': true,
} as const;

/** The commands by name. The code of a command is loaded only when it runs. */
export const COMMANDS: Readonly<Record<string, Command>> = {
  start: {
    summary: 'run the proxy (the default)',
    options: {
      config: true,
      plugins: true,
      port: 'the port to listen on; 0 takes any free one (default: 3429)',
      host: 'the address to listen on (default: 127.0.0.1)',
      'data-dir': true,
      demo: 'use simulated providers; needs no configuration and no key',
      create: true,
      workers: true,
      watch: 'reload plugins when their code changes',
    },
    examples: ['start', 'start --demo', 'start --workers auto', 'start --plugins ./my-plugin --watch'],
    run: async (line) => (await import('./commands/start.js')).start(line),
  },
  init: {
    summary: 'write a first configuration and a .env, without a key or with yours',
    options: { config: true, keyless: true, offline: true, force: true },
    examples: ['init', 'init --keyless private'],
    run: async (line) => (await import('./commands/init.js')).init(line),
  },
  check: {
    summary: 'validate the configuration and ask every provider for its models',
    options: { config: true, plugins: true, 'data-dir': true, offline: true },
    examples: ['check', 'check --offline --plugins ./my-plugin'],
    run: async (line) => (await import('./commands/check.js')).check(line),
  },
  ask: {
    summary: 'send one question to a running proxy',
    takes: '"QUESTION"',
    options: { chain: true, ...FIND_PROXY },
    examples: ['ask "What is a waterfall?"', 'ask --chain fast < question.txt'],
    run: async (line) => (await import('./commands/ask.js')).ask(line),
  },
  status: {
    summary: 'show what every target has left and when its limits reset',
    options: { watch: 'refresh every second', ...FIND_PROXY },
    examples: ['status --watch'],
    run: async (line) => (await import('./commands/status.js')).status(line),
  },
  health: {
    summary: 'exit with status 0 if a running proxy serves requests, otherwise 1',
    options: FIND_PROXY,
    examples: ['health --url http://127.0.0.1:3429'],
    run: async (line) => (await import('./commands/health.js')).health(line),
  },
  explain: {
    summary: 'show which target a request would go to now, and why; sends nothing to providers',
    takes: '["QUESTION"]',
    options: { chain: true, ...FIND_PROXY },
    examples: ['explain', 'explain --chain fast "A long question"'],
    run: async (line) => (await import('./commands/explain.js')).explain(line),
  },
  catalogue: {
    summary: 'list what providers give for free, with limits, sources and dates',
    takes: '[PROVIDER or MODEL]',
    options: {
      kind: 'only offers of this kind: keyless, recurring, zero-price, own, one-time or none',
      'no-key': true,
      'no-card': true,
      'no-training': true,
      json: true,
    },
    examples: ['catalogue --no-card', 'catalogue groq'],
    run: async (line) => (await import('./commands/catalogue.js')).catalogue(line),
  },
  connect: {
    summary: 'point a client, such as codex or claude, at the proxy',
    takes: 'CLIENT',
    options: { chain: true, undo: true, ...FIND_PROXY },
    examples: ['connect codex', 'connect codex --undo'],
    run: async (line) => (await import('./commands/connect.js')).connect(line),
  },
  doctor: {
    summary: 'send a request as a client would, and show which target answers',
    takes: '[CLIENT]',
    options: { chain: true, ...FIND_PROXY },
    examples: ['doctor', 'doctor claude'],
    run: async (line) => (await import('./commands/doctor.js')).doctor(line),
  },
  plugin: {
    summary: 'create a plugin that is ready to be tested and published',
    takes: 'new NAME',
    options: { kind: 'what the plugin adds: provider, parser or policy (default: provider)' },
    examples: ['plugin new my-provider', 'plugin new my-policy --kind policy'],
    run: async (line) => (await import('./commands/plugin.js')).plugin(line),
  },
};
