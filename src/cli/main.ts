#!/usr/bin/env node
import { suggest } from '../config/wording.js';
import { printable } from '../logging/printable.js';
import { minimumNode, version } from '../package.js';
import { ChainError } from '../plugin/door/errors.js';
import { COMMANDS, type Command } from './command-table.js';
import { helpOf, helpOfAll } from './help.js';
import { type OptionName, readCommandLine } from './options.js';
import { CommandError } from './terminal/command-error.js';

/** @throws CommandError when Node is too old. Runs before any code is loaded that an old Node cannot parse */
const checkNodeVersion = (): void => {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const [minimumMajor = 0, minimumMinor = 0] = minimumNode.split('.').map(Number);
  if (major > minimumMajor || (major === minimumMajor && minor >= minimumMinor)) return;
  throw new CommandError(`429chain needs Node ${minimumNode} or later. This is Node ${process.versions.node}.`);
};

/** @throws CommandError for an unknown command */
const commandNamed = (name: string): Command => {
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (command !== undefined) return command;
  const names = Object.keys(COMMANDS);
  throw new CommandError(`Unknown command '${name}'.${suggest(name, names)} Commands: ${names.join(', ')}.`, 2);
};

/** @throws CommandError for an option that the command ignores, which would otherwise go unnoticed */
const checkOptions = (name: string, { options }: Command, given: readonly OptionName[]): void => {
  const ignored = given.find((option) => options[option] === undefined);
  if (ignored === undefined) return;
  const taken = Object.keys(options).map((option) => `--${option}`);
  throw new CommandError(`429chain ${name} has no option --${ignored}. Its options: ${taken.join(', ')}.`, 2);
};

const run = async (args: readonly string[]): Promise<void> => {
  checkNodeVersion();
  const line = readCommandLine(args);
  if (line.options.version) {
    console.log(version);
    return;
  }
  // `429chain help ask` is `429chain ask --help`.
  const asksForHelp = line.command === 'help';
  const name = asksForHelp ? line.words[0] : line.command;
  if (name === undefined) {
    console.log(helpOfAll(COMMANDS));
    return;
  }
  const command = commandNamed(name);
  if (asksForHelp || line.options.help) {
    console.log(helpOf(name, command));
    return;
  }
  checkOptions(name, command, Object.keys(line.options) as OptionName[]);
  const [word] = line.words;
  if (word !== undefined && command.takes === undefined) {
    throw new CommandError(
      `429chain ${name} takes no arguments, but got '${word}'. To use another configuration, write --config FILE.`,
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
