import { isFields } from '../../plugin/fields.js';
import type { Fields } from '../fields.js';
import { SIGNATURE } from './signature.js';

/**
 * Returns a request without the thinking of earlier answers that 429chain signed: providers refuse its signature. Returns
 * `undefined` if there is none.
 */
export const nativeBody = (asked: Fields): Fields | undefined => {
  const { messages } = asked;
  if (!Array.isArray(messages) || !messages.some(hasOurs)) return undefined;
  return { ...asked, messages: messages.flatMap(withoutOurs) };
};

const isOurs = (block: unknown): boolean =>
  isFields(block) && block.type === 'thinking' && block.signature === SIGNATURE;

const hasOurs = (message: unknown): boolean =>
  isFields(message) && Array.isArray(message.content) && message.content.some(isOurs);

/** A message of nothing else is left out: content must not be empty. */
const withoutOurs = (message: unknown): unknown[] => {
  if (!isFields(message) || !hasOurs(message)) return [message];
  const content = (message.content as readonly unknown[]).filter((block) => !isOurs(block));
  return content.length === 0 ? [] : [{ ...message, content }];
};
