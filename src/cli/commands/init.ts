import { DOT_ENV } from '../../config/source/sources.js';
import { COMMAND_NAME } from '../command-name.js';
import type { CommandLine } from '../options.js';
import { type SetUpResult, setUp } from '../setup/set-up.js';
import { isAtTerminal, Prompt } from '../terminal/prompt.js';
import { tableOf } from '../terminal/table.js';

/** Writes a first configuration and a `.env` for its keys. On a terminal, it asks what to use first. */
export const init = async (line: CommandLine): Promise<void> => {
  const prompt = isAtTerminal() ? new Prompt(process.stdin, process.stdout) : undefined;
  try {
    console.log(`\n${nextSteps(await setUp(line, prompt), line.options.config)}`);
  } finally {
    prompt?.close();
  }
};

const nextSteps = ({ unset, isReady }: SetUpResult, config: string | undefined): string => {
  const option = config === undefined ? '' : ` --config ${config}`;
  const commands = tableOf(
    [
      [`${COMMAND_NAME}${option}`, 'runs the proxy'],
      [`${COMMAND_NAME} check${option}`, 'asks every provider for its models'],
    ],
    '    ',
  );
  if (unset.length === 0) return `Next\n${commands}`;
  const pages = tableOf(
    unset.map(({ name, page = '' }) => [name, page]),
    '    ',
  );
  const keys = isReady
    ? `Free keys give much more. Paste them into ${DOT_ENV} whenever you like:`
    : `Get at least one of these keys and paste it into ${DOT_ENV}:`;
  return `Next\n  ${keys}\n${pages}\n  Then run:\n${commands}`;
};
