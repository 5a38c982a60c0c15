import type { Prompt } from '../terminal/prompt.js';
import type { Keys } from './try-keys.js';

interface WantedKey {
  /** The variable of the key. */
  readonly name: string;
  /** Where to get it. */
  readonly page: string | undefined;
}

/**
 * Asks for keys at `prompt` and tries them at their providers. A rejected key can be entered again.
 * @param text the configuration that reads the keys
 * @returns the entered keys, by variable
 */
export const askForKeys = async (text: string, wanted: readonly WantedKey[], prompt: Prompt): Promise<Keys> => {
  const keys: Record<string, string> = {};
  if (wanted.length > 0)
    prompt.say('Paste your keys. They are not shown. Press Enter to skip one: you can add it later.');
  for (const { name, page } of wanted) {
    const key = await readKey(`  ${name}${page === undefined ? '' : `, from ${page}`}: `, prompt);
    if (key !== '') keys[name] = key;
    prompt.say(key === '' ? '  Skipped.' : `  Read ${key.length} characters.`);
  }
  if (Object.keys(keys).length === 0) return keys;
  const { tryKeys } = await import('./try-keys.js');
  return tryKeys(text, keys, prompt, (name) => readKey(`  Another ${name}, or Enter to keep this one: `, prompt));
};

/** @returns the key, or an empty text. Asks again for a text with characters that no key has */
const readKey = async (question: string, prompt: Prompt): Promise<string> => {
  for (;;) {
    const key = await prompt.askHidden(question);
    if (/^[\x21-\x7e]*$/.test(key)) return key;
    prompt.say('  This is not a key: it contains spaces or special characters.');
  }
};
