import { ChainError } from '../plugin/door/errors.js';
import type { AnswerWriter, ProtocolRequest } from '../plugin/door/protocol.js';
import type { Fields } from './fields.js';

/**
 * Returns what `read` returns. A request that cannot become a chat completion is left to providers that speak the protocol
 * themselves.
 */
export const orNativeOnly = (
  asked: Fields,
  read: () => ProtocolRequest,
  answer: () => AnswerWriter,
): ProtocolRequest => {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof ChainError)) throw error;
    return { body: asked, nativeOnly: error, answer };
  }
};
