import { COMMAND_NAME } from './command-name.js';
import type { Command } from './command-table.js';
import { OPTIONS, type OptionName } from './options.js';
import { tableOf } from './terminal/table.js';

/** The option as it is typed, such as `-p, --port PORT`. */
const typed = (name: OptionName): string => {
  const option: { readonly help: string; readonly short?: string; readonly value?: string } = OPTIONS[name];
  const short = option.short === undefined ? '' : `-${option.short}, `;
  return `${short}--${name}${option.value === undefined ? '' : ` ${option.value}`}`;
};

/** The list of all commands, for `429chain --help`. */
export const helpOfAll = (commands: Readonly<Record<string, Command>>): string =>
  [
    `Usage: ${COMMAND_NAME} [command] [options]`,
    `Commands\n${tableOf(Object.entries(commands).map(([name, { summary }]) => [name, summary]))}`,
    `Options\n${tableOf((['help', 'version'] as const).map((name) => [typed(name), OPTIONS[name].help]))}`,
    `${COMMAND_NAME} COMMAND --help lists the options of a command.`,
  ].join('\n\n');

/** The help of one command: how to call it, its options, examples. */
export const helpOf = (name: string, { summary, takes, options, examples }: Command): string =>
  [
    `Usage: ${COMMAND_NAME} ${name}${takes === undefined ? '' : ` ${takes}`} [options]`,
    `${summary.charAt(0).toUpperCase()}${summary.slice(1)}.`,
    `Options\n${tableOf(
      Object.entries({ ...options, help: true }).map(([option, help]) => [
        typed(option as OptionName),
        typeof help === 'string' ? help : OPTIONS[option as OptionName].help,
      ]),
    )}`,
    `Examples\n${examples.map((example) => `  ${`${COMMAND_NAME} ${example}`.trimEnd()}`).join('\n')}`,
  ].join('\n\n');
