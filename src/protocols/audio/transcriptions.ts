import type { Surface } from '../../plugin/door/surface.js';
import { type Fields, isFields } from '../../plugin/fields.js';
import { isAbsent, refuseField } from '../fields.js';

const check = ({ file, url, file_url: fileUrl }: Fields): void => {
  if (isAbsent(file) && isAbsent(url) && isAbsent(fileUrl)) refuseField('file', 'is missing');
};

/** Text is often in `segments` or `words` as well; a recording without speech gives an empty text. */
const read = (answer: Fields): Fields => {
  if (typeof answer.text !== 'string' && !Array.isArray(answer.segments)) throw new Error('JSON without "text"');
  return answer;
};

/** OpenAI counts tokens here under other names, or seconds, which no limit counts. */
const usage = ({ usage: found }: Fields) => {
  if (!isFields(found) || typeof found.input_tokens !== 'number') return undefined;
  return { input: found.input_tokens, output: typeof found.output_tokens === 'number' ? found.output_tokens : 0 };
};

const listening = (name: string): Surface => ({
  name,
  path: `/audio/${name}`,
  isForm: true,
  answers: 'text',
  counts: 'requests',
  essential: ['file', 'url', 'response_format', 'timestamp_granularities', 'language'],
  check,
  streams: ({ stream }) => stream === 'true' || stream === true,
  read,
  usage,
  lastEvents: /^transcript\.text\.done$/,
});

/** Speech to text in the language of the speaker. */
export const transcriptions = listening('transcriptions');

/** Speech to English text. */
export const translations = listening('translations');
