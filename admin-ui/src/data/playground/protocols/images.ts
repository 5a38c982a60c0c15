import { fieldsOf, listOf, textOf } from '../fields.js';
import type { PlaygroundProtocol } from '../protocol.js';

/** Pictures from a description. */
export const images: PlaygroundProtocol = {
  id: 'images',
  title: 'Images',
  path: '/v1/images/generations',
  endpoint: 'images',
  about: 'A picture from a description.',
  prompt: { label: 'Description', placeholder: 'A waterfall at dawn, as a woodcut' },
  parameters: [
    { name: 'size', label: 'Size', kind: 'text', field: 'size', placeholder: '1024x1024' },
    { name: 'count', label: 'How many', kind: 'number', field: 'n', min: 1, max: 10, whole: true },
    {
      name: 'imageFormat',
      label: 'Return',
      kind: 'choice',
      field: 'response_format',
      choices: ['b64_json', 'url'],
      hint: 'b64_json is shown here; url is an address at the provider.',
    },
  ],
  body: ({ prompt }) => ({ prompt }),
  whole: (answer, into) => {
    const { data, usage, output_format: format } = fieldsOf(answer);
    for (const { b64_json: bytes, url } of listOf(data)) {
      if (typeof bytes === 'string' && bytes !== '')
        into.result({ kind: 'image', url: `data:${typeOf(bytes, format)};base64,${bytes}` });
      else if (textOf(url) !== '') into.result({ kind: 'image', url: textOf(url) });
    }
    const { input_tokens: prompt, output_tokens: completion } = fieldsOf(usage);
    into.usage(prompt, completion);
  },
};

/** How Base64 of each format begins. */
const BEGINNINGS: readonly (readonly [string, string])[] = [
  ['/9j/', 'image/jpeg'],
  ['UklGR', 'image/webp'],
  ['R0lGOD', 'image/gif'],
];

const typeOf = (bytes: string, format: unknown): string =>
  BEGINNINGS.find(([beginning]) => bytes.startsWith(beginning))?.[1] ??
  (format === 'jpeg' || format === 'webp' ? `image/${format}` : 'image/png');
