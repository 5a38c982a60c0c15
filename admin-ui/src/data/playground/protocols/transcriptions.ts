import { fieldsOf, listOf } from '../fields.js';
import type { Parameter, PlaygroundProtocol } from '../protocol.js';

const PARAMETERS: readonly Parameter[] = [
  {
    name: 'hintText',
    label: 'Hint',
    kind: 'lines',
    field: 'prompt',
    placeholder: 'None',
    hint: 'Names and words that occur.',
  },
  {
    name: 'transcriptFormat',
    label: 'Format',
    kind: 'choice',
    field: 'response_format',
    choices: ['json', 'verbose_json', 'text', 'srt', 'vtt'],
  },
  { name: 'soundTemperature', label: 'Temperature', kind: 'number', field: 'temperature', min: 0, max: 1 },
];

const listening = (
  part: Pick<PlaygroundProtocol, 'id' | 'title' | 'path' | 'endpoint' | 'about' | 'parameters'>,
): PlaygroundProtocol => ({
  ...part,
  files: 'sound',
  body: () => ({}),
  whole: (answer, into) => {
    if (typeof answer === 'string') return into.text(answer);
    const { text, segments, usage } = fieldsOf(answer);
    into.text(
      typeof text === 'string' && text !== ''
        ? text
        : listOf(segments)
            .map((each) => each.text)
            .join(''),
    );
    const { input_tokens: prompt, output_tokens: completion } = fieldsOf(usage);
    into.usage(prompt, completion);
  },
});

/** Speech to text. */
export const transcriptions = listening({
  id: 'transcriptions',
  title: 'Transcription',
  path: '/v1/audio/transcriptions',
  endpoint: 'transcriptions',
  about: 'The words of a recording.',
  parameters: [
    {
      name: 'language',
      label: 'Language',
      kind: 'text',
      field: 'language',
      placeholder: 'The model finds out',
      hint: 'Such as en or de.',
    },
    ...PARAMETERS,
  ],
});

/** Speech to English text. */
export const translations = listening({
  id: 'translations',
  title: 'Translation',
  path: '/v1/audio/translations',
  endpoint: 'translations',
  about: 'The words of a recording, in English.',
  parameters: PARAMETERS,
});
