import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { type CommandLine, DEFAULT_FILE } from '../options.js';
import { isAtTerminal, Prompt } from '../terminal/prompt.js';

/** What `429chain` may begin with, in the order in which it is offered. */
const CHOICES: readonly {
  readonly help: string;
  readonly take: (line: CommandLine, prompt: Prompt) => CommandLine | Promise<CommandLine>;
}[] = [
  {
    help: 'Set it up in the browser: add your providers at /admin',
    take: (line) => ({ ...line, options: { ...line.options, create: true } }),
  },
  {
    help: `Set it up here: paste your keys, get a commented ${DEFAULT_FILE}`,
    take: async (line, prompt) => {
      await (await import('../commands/init.js')).setUp(line, prompt);
      return line;
    },
  },
  {
    help: 'Look at the demo: simulated providers, no key, nothing is written but .429chain',
    take: (line) => ({ ...line, options: { ...line.options, demo: true } }),
  },
];

/**
 * Where nothing is configured and somebody sits at a terminal, asks what to begin with, and does it.
 * @returns what is to be started. Rejects with a CommandError when nothing is chosen
 */
export const chooseBeginning = async (line: CommandLine): Promise<CommandLine> => {
  const { config, demo, create } = line.options;
  const isSaid = config !== undefined || demo || create;
  if (isSaid || existsSync(resolve(DEFAULT_FILE)) || !isAtTerminal()) return line;
  const prompt = new Prompt(process.stdin, process.stdout);
  try {
    prompt.say(`There is no ${DEFAULT_FILE} in this folder. How do you want to begin?`);
    for (const [index, { help }] of CHOICES.entries()) prompt.say(`  ${index + 1}  ${help}`);
    for (;;) {
      const answer = await prompt.ask(`1 to ${CHOICES.length} (1): `);
      const choice = CHOICES[answer === '' ? 0 : Number(answer) - 1];
      if (choice !== undefined) return await choice.take(line, prompt);
    }
  } finally {
    prompt.close();
  }
};
