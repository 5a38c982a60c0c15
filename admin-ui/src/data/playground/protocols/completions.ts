import type { AnswerBuilder } from '../answer.js';
import { type Fields, fieldsOf, listOf, throwError } from '../fields.js';
import { isOn, maxTokens, STREAM, TEMPERATURE, TOP_P } from '../parameters.js';
import type { PlaygroundProtocol } from '../protocol.js';

/** OpenAI's older completions: a text is continued. */
export const completions: PlaygroundProtocol = {
  id: 'completions',
  title: 'Completions',
  path: '/v1/completions',
  endpoint: 'completions',
  about: 'The model continues a text, without roles and without a conversation.',
  prompt: { label: 'Text to continue', placeholder: 'Once upon a time' },
  parameters: [
    TEMPERATURE,
    maxTokens('max_tokens'),
    TOP_P,
    {
      name: 'suffix',
      label: 'Suffix',
      kind: 'lines',
      field: 'suffix',
      placeholder: 'None',
      hint: 'The text after the gap. Few targets take it.',
    },
    STREAM,
  ],
  body: ({ prompt, values }) => ({
    prompt,
    ...(isOn(STREAM, values) ? { stream_options: { include_usage: true } } : {}),
  }),
  event: (event, into) => {
    take(event, into);
    return false;
  },
  whole: (answer, into) => take(fieldsOf(answer), into),
};

const take = ({ error, choices, usage }: Fields, into: AnswerBuilder): void => {
  if (error !== undefined) throwError(error);
  const choice = listOf(choices)[0] ?? {};
  into.text(choice.text);
  into.finish(choice.finish_reason);
  const { prompt_tokens: prompt, completion_tokens: completion } = fieldsOf(usage);
  into.usage(prompt, completion);
};
