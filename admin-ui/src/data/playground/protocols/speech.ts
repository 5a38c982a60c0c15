import type { PlaygroundProtocol } from '../protocol.js';

/** Text to speech. */
export const speech: PlaygroundProtocol = {
  id: 'speech',
  title: 'Speech',
  path: '/v1/audio/speech',
  endpoint: 'speech',
  about: 'A text, spoken.',
  prompt: { label: 'Text to speak', placeholder: 'A text' },
  parameters: [
    {
      name: 'voice',
      label: 'Voice',
      kind: 'text',
      field: 'voice',
      placeholder: 'The model decides',
      hint: 'Its names depend on the model.',
    },
    {
      name: 'soundFormat',
      label: 'Format',
      kind: 'choice',
      field: 'response_format',
      choices: ['mp3', 'wav', 'opus', 'flac', 'aac'],
    },
    { name: 'speed', label: 'Speed', kind: 'number', field: 'speed', min: 0.25, max: 4 },
    { name: 'instructions', label: 'Instructions', kind: 'lines', field: 'instructions', placeholder: 'None' },
  ],
  body: ({ prompt }) => ({ input: prompt }),
  whole: () => {},
};
