#!/usr/bin/env node
import { suggest } from '../config/wording.js';
import { printable } from '../logging/printable.js';
import { minimumNode, version } from '../package.js';
import { ChainError } from '../plugin/door/errors.js';
import { type CommandLine, OPTIONS, readCommandLine } from './options.js';
import { CommandError } from './terminal/command-error.js';

interface Command {
  readonly help: string;
  /** Whether it accepts arguments, such as a question. */
  readonly takesWords?: boolean;
  readonly run: (line: CommandLine) => Promise<void>;
}

/** The commands by name. The code of a command is loaded only when it runs. */
const COMMANDS: Readonly<Record<string, Command>> = {
  start: {
    help: 'run the proxy (the default)',
    run: async (line) => (await import('./commands/start.js')).start(line),
  },
  init: {
    help: 'write a first 429chain.json5 and a .env: without a key, or with yours',
    run: async (line) => (await import('./commands/init.js')).init(line),
  },
  check: {
    help: 'validate the configuration and ask every provider for its models',
    run: async (line) => (await import('./commands/check.js')).check(line),
  },
  ask: {
    help: 'ask "…": send one question to a running proxy',
    takesWords: true,
    run: async (line) => (await import('./commands/ask.js')).ask(line),
  },
  status: {
    help: 'show what every target has left and when its limits reset',
    run: async (line) => (await import('./commands/status.js')).status(line),
  },
  health: {
    help: 'exit with status 0 if a running proxy serves requests, otherwise 1',
    run: async (line) => (await import('./commands/health.js')).health(line),
  },
  explain: {
    help: 'show which target a request would go to now, and why',
    takesWords: true,
    run: async (line) => (await import('./commands/explain.js')).explain(line),
  },
  catalogue: {
    help: 'catalogue [words]: list what providers give for free, with limits, sources and dates',
    takesWords: true,
    run: async (line) => (await import('./commands/catalogue.js')).catalogue(line),
  },
  connect: {
    help: 'connect codex|claude|…: point a client at the proxy; --undo restores its settings',
    takesWords: true,
    run: async (line) => (await import('./commands/connect.js')).connect(line),
  },
  doctor: {
    help: 'doctor [client]: send a request as that client would, and show which target answers',
    takesWords: true,
    run: async (line) => (await import('./commands/doctor.js')).doctor(line),
  },
  plugin: {
    help: 'plugin new NAME: create a plugin that is ready to be tested and published',
    takesWords: true,
    run: async (line) => (await import('./commands/plugin.js')).plugin(line),
  },
};

const usage = (): string => {
  const rows = (entries: readonly (readonly [string, string])[]): string =>
    entries.map(([name, help]) => `  ${name.padEnd(16)}${help}`).join('\n');
  const commands = Object.entries(COMMANDS).map(([name, { help }]) => [name, help] as const);
  const options = Object.entries(OPTIONS).map(([name, { help }]) => [`--${name}`, help] as const);
  return `Usage: 429chain [command] [options]\n\nCommands\n${rows(commands)}\n\nOptions\n${rows(options)}\n`;
};

/** @throws CommandError when Node is too old. Runs before any code is loaded that an old Node cannot parse */
const checkNodeVersion = (): void => {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const [minimumMajor = 0, minimumMinor = 0] = minimumNode.split('.').map(Number);
  if (major > minimumMajor || (major === minimumMajor && minor >= minimumMinor)) return;
  throw new CommandError(`429chain needs Node ${minimumNode} or later. This is Node ${process.versions.node}.`);
};

const run = async (args: readonly string[]): Promise<void> => {
  checkNodeVersion();
  const line = readCommandLine(args);
  if (line.options.version) {
    console.log(version);
    return;
  }
  if (line.options.help || line.command === 'help') {
    console.log(usage());
    return;
  }
  const names = Object.keys(COMMANDS);
  const command = Object.hasOwn(COMMANDS, line.command) ? COMMANDS[line.command] : undefined;
  if (command === undefined) {
    const near = suggest(line.command, names);
    throw new CommandError(`There is no command "${line.command}". Commands: ${names.join(', ')}.${near}`, 2);
  }
  const [word] = line.words;
  if (word !== undefined && !command.takesWords) {
    throw new CommandError(
      `429chain ${line.command} takes no arguments, but got '${word}'. To use another configuration, write --config FILE.`,
      2,
    );
  }
  await command.run(line);
  if (line.command !== 'start') await endWithPlugins();
};

/** What a plugin opened must not keep a command from ending. Loaded late: an old Node cannot parse it. */
const endWithPlugins = async (): Promise<void> => {
  const { endDespitePlugins } = await import('./end-despite-plugins.js');
  endDespitePlugins((sentence) => console.error(printable(sentence)));
};

try {
  await run(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof CommandError || error instanceof ChainError)) throw error;
  console.error(printable(error.message));
  process.exitCode = error instanceof CommandError ? error.exitStatus : 1;
  await endWithPlugins();
}
