import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { type CommandLine, DEFAULT_FILE } from '../options.js';
import { isAtTerminal, Prompt } from '../terminal/prompt.js';

/** The ways to begin without a configuration, in the order of the menu. */
const CHOICES: readonly {
  readonly help: string;
  /** @returns the command line to start with */
  readonly choose: (line: CommandLine, prompt: Prompt) => CommandLine | Promise<CommandLine>;
}[] = [
  {
    help: 'Set up in the browser: add your providers at /admin',
    choose: (line) => ({ ...line, options: { ...line.options, create: true } }),
  },
  {
    help: `Set up here, without a key or with yours: get a commented ${DEFAULT_FILE}`,
    choose: async (line, prompt) => {
      await (await import('./set-up.js')).setUp(line, prompt);
      return line;
    },
  },
  {
    help: 'Try the demo: simulated providers, no keys; writes only .429chain',
    choose: (line) => ({ ...line, options: { ...line.options, demo: true } }),
  },
];

/**
 * On a terminal without a configuration, asks the user how to begin, and does it.
 * @returns the command line to start with. Rejects with a CommandError when the user cancels
 */
export const chooseFirstStart = async (line: CommandLine): Promise<CommandLine> => {
  const { config, demo, create } = line.options;
  const isChosen = config !== undefined || demo || create;
  if (isChosen || existsSync(resolve(DEFAULT_FILE)) || !isAtTerminal()) return line;
  const prompt = new Prompt(process.stdin, process.stdout);
  try {
    prompt.say(`There is no ${DEFAULT_FILE} in this folder. How do you want to begin?`);
    for (const [index, { help }] of CHOICES.entries()) prompt.say(`  ${index + 1}  ${help}`);
    for (;;) {
      const answer = await prompt.ask(`1 to ${CHOICES.length} (1): `);
      const choice = CHOICES[answer === '' ? 0 : Number(answer) - 1];
      if (choice !== undefined) return await choice.choose(line, prompt);
    }
  } finally {
    prompt.close();
  }
};
