import type { Surface } from '../../plugin/door/surface.js';
import type { Fields } from '../../plugin/fields.js';
import { isAbsent, refuseField } from '../fields.js';
import { asChatRequest, asTextCompletion } from './over-chat.js';

const check = ({ prompt }: Fields): void => {
  if (isAbsent(prompt)) refuseField('prompt', 'is missing');
  if (typeof prompt !== 'string' && !Array.isArray(prompt)) refuseField('prompt', 'must be a string or an array');
  if (Array.isArray(prompt) && prompt.length === 0) refuseField('prompt', 'is empty');
};

/** Text that goes on from a prompt, without messages. */
export const completions: Surface = {
  name: 'completions',
  path: '/completions',
  answers: 'choices',
  counts: 'tokens',
  essential: ['prompt', 'suffix', 'echo', 'best_of', 'logprobs'],
  check,
  overChat: { request: asChatRequest, answer: asTextCompletion },
};
