import type { Prompt } from '../terminal/prompt.js';
import type { KeyOffer } from './offers.js';
import type { Keys } from './try-keys.js';

/** The answer that ends the questions. */
const DONE = 'done';

/**
 * Asks for the keys of `offers` at `prompt`, one provider after the other, until all are asked for or the user has enough.
 * @returns the entered keys, by variable
 */
export const askForKeys = async (offers: readonly KeyOffer[], prompt: Prompt): Promise<Keys> => {
  const keys: Record<string, string> = {};
  if (offers.length === 0) return keys;
  prompt.say(
    `\nA free key gives much more. These providers give one without a card. Paste each key: it is not shown. Press Enter to\n` +
      `skip a provider, or type ${DONE} if you have enough: you can add more later.`,
  );
  for (const { title, gives, page = '', minutes, note = '', training, variable } of offers) {
    const time = minutes === undefined ? '' : ` (about ${minutes} ${minutes === 1 ? 'minute' : 'minutes'})`;
    const lines = [gives, note, page === '' ? '' : page + time].filter((line) => line !== '');
    prompt.say(`\n${title} (${training})\n${lines.map((line) => `  ${line}`).join('\n')}`);
    const key = await readKey(`  ${variable}: `, prompt);
    if (key.toLowerCase() === DONE) break;
    if (key !== '') keys[variable] = key;
    prompt.say(key === '' ? '  Skipped.' : `  Read ${key.length} characters.`);
  }
  return keys;
};

/** @returns the key, or an empty text. Asks again for a text with characters that no key has */
export const readKey = async (question: string, prompt: Pick<Prompt, 'say' | 'askHidden'>): Promise<string> => {
  for (;;) {
    const key = await prompt.askHidden(question);
    if (/^[\x21-\x7e]*$/.test(key)) return key;
    prompt.say('  This is not a key: it contains spaces or special characters.');
  }
};
