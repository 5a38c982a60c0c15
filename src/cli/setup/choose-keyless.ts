import { listOf } from '../../config/wording.js';
import { CommandError } from '../terminal/command-error.js';
import type { Prompt } from '../terminal/prompt.js';
import { tableOf } from '../terminal/table.js';
import type { KeylessOffer } from './offers.js';

/** The values of `--keyless`, and the answers to the question. */
const CHOICES = ['all', 'private', 'none'] as const;

type KeylessChoice = (typeof CHOICES)[number];

const ANSWERS: Readonly<Record<string, KeylessChoice>> = { '': 'all', y: 'all', p: 'private', n: 'none' };

/**
 * Chooses among the providers that need no key: by `--keyless`, else by a question on a terminal, else all.
 * @returns the chosen ones. Throws a CommandError for another value of `--keyless`
 */
export const chooseKeyless = async (
  offers: readonly KeylessOffer[],
  option: string | undefined,
  prompt: Pick<Prompt, 'say' | 'ask'> | undefined,
): Promise<readonly KeylessOffer[]> => {
  const choice = option ?? (prompt === undefined || offers.length === 0 ? 'all' : await ask(offers, prompt));
  if (choice === 'none') return [];
  if (choice === 'private') return offers.filter(({ isPrivate }) => isPrivate);
  if (choice === 'all') return offers;
  throw new CommandError(`--keyless is '${choice}'. Expected ${listOf(CHOICES, 'or')}.`, 2);
};

const ask = async (offers: readonly KeylessOffer[], prompt: Pick<Prompt, 'say' | 'ask'>): Promise<KeylessChoice> => {
  prompt.say(
    'These providers answer without a key. They give little, and count requests per IP address, so you share them with\n' +
      'everyone behind yours:',
  );
  for (const { title, training, gives } of offers) prompt.say(`  ${title} (${training})\n    ${gives}`);
  const question = tableOf(
    [
      ['y', 'use them, after all other targets (default)'],
      ['p', 'use only those that do not train on requests'],
      ['n', 'use none'],
    ],
    '  ',
  );
  prompt.say(`Use them?\n${question}`);
  for (;;) {
    const choice = ANSWERS[(await prompt.ask('y, p or n (y): ')).toLowerCase()];
    if (choice !== undefined) return choice;
  }
};
