import { chat } from './protocols/chat.js';
import { requestId, sendRequest } from './send.js';

/** The result of a prompt without its text. */
export interface Answered {
  /** The target that served it. */
  readonly target: string;
  readonly durationMs: number;
}

/**
 * Sends a prompt through a chain as a client does, and reports the answer as it arrives.
 * @throws ApiError with `details.targets` if no target served it · Error if the stream broke
 */
export const sendPrompt = (
  chain: string,
  prompt: string,
  onWords: (words: string) => void,
  signal: AbortSignal,
): Promise<Answered> => {
  let reported = 0;
  const body = { model: chain, stream: true, messages: [{ role: 'user', content: prompt }] };
  return sendRequest(
    chat,
    requestId(),
    { body },
    ({ text }) => {
      onWords(text.slice(reported));
      reported = text.length;
    },
    signal,
  );
};
