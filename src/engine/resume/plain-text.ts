import { textOf } from '../stream/frames/text-in-json.js';

const CHARACTERS = '(?:[^"\\\\]|\\\\.)*';
/** The text of a delta, with nothing before it but other text. */
const TEXT = new RegExp(
  `"delta": ?\\{(?:"[a-z_]+": ?(?:null|"${CHARACTERS}"), ?)*?"content": ?(?:null|"(${CHARACTERS})")`,
  'g',
);
const CONTENT = '"content"';
/** Parts of a message that another target could not continue, if they are not empty. */
const WHOLE_PARTS = /"(?:refusal|audio|images)": ?(?!null|\[\]|"")/;

/**
 * Returns the text in frames that contain nothing but text, without parsing them. `undefined` where that is not certain:
 * then they have to be parsed.
 * @param frames whole frames, each of them well-formed
 */
export const plainTextOf = (frames: Buffer): string | undefined => {
  const bytes = frames.toString('latin1');
  if (WHOLE_PARTS.test(bytes)) return undefined;
  let found = 0;
  let text = '';
  for (const [, content = ''] of bytes.matchAll(TEXT)) {
    found++;
    text += content;
  }
  if (found !== occurrencesIn(bytes)) return undefined;
  return textOf(text);
};

/** How often a field named `content` occurs. In a text, its quotation marks would be escaped. */
const occurrencesIn = (bytes: string): number => {
  let count = 0;
  for (let at = bytes.indexOf(CONTENT); at !== -1; at = bytes.indexOf(CONTENT, at + CONTENT.length)) count++;
  return count;
};
