import type { Surface } from '../../plugin/door/surface.js';
import type { Fields } from '../../plugin/fields.js';
import { refuseField } from '../fields.js';

const check = ({ input }: Fields): void => {
  if (typeof input !== 'string') refuseField('input', 'must be a string');
  if (input === '') refuseField('input', 'is empty');
};

/** Text to speech. */
export const speech: Surface = {
  name: 'speech',
  path: '/audio/speech',
  answers: 'bytes',
  counts: 'requests',
  essential: ['input', 'voice', 'response_format', 'stream_format', 'instructions', 'speed'],
  check,
  // Sound is passed on as it comes, whatever the format.
  streams: () => true,
  lastEvents: /^speech\.audio\.done$/,
};
