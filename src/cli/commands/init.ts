import { DOT_ENV } from '../../config/source/sources.js';
import { COMMAND_NAME } from '../command-name.js';
import type { CommandLine } from '../options.js';
import { type KeyVariable, setUp } from '../setup/set-up.js';
import { isAtTerminal, Prompt } from '../terminal/prompt.js';
import { tableOf } from '../terminal/table.js';

/** Writes the example configuration and a `.env` for its keys. On a terminal, it asks for the keys first. */
export const init = async (line: CommandLine): Promise<void> => {
  const prompt = isAtTerminal() ? new Prompt(process.stdin, process.stdout) : undefined;
  try {
    const missing = await setUp(line, prompt);
    console.log(nextSteps(missing, line.options.config));
  } finally {
    prompt?.close();
  }
};

const nextSteps = (missing: readonly KeyVariable[], config: string | undefined): string => {
  const option = config === undefined ? '' : ` --config ${config}`;
  const commands = [
    [`${COMMAND_NAME} check${option}`, 'asks every provider for its models'],
    [`${COMMAND_NAME}${option}`, 'runs the proxy'],
  ];
  if (missing.length === 0) return `Next\n${tableOf(commands)}`;
  const pages = missing.map(({ name, page = '' }) => [name, page]);
  return `Next\n  Get at least one of these keys and paste it into ${DOT_ENV}:\n${tableOf(pages, '    ')}\n  Then run:\n${tableOf(commands, '    ')}`;
};
