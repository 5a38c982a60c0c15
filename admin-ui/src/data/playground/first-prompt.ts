import { requestId, sendChat } from './chat.js';

/** What came of a prompt beside its words. */
export interface Answered {
  /** The target that served it. */
  readonly target: string;
  readonly durationMs: number;
}

/**
 * Sends a prompt through a chain, as a caller would, and tells its words as they come.
 * @throws ApiError where no target served it, with `details.targets` · Error where the stream broke
 */
export const sendPrompt = (
  chain: string,
  prompt: string,
  onWords: (words: string) => void,
  signal: AbortSignal,
): Promise<Answered> => {
  let told = 0;
  const body = { model: chain, stream: true, messages: [{ role: 'user', content: prompt }] };
  return sendChat(
    requestId(),
    body,
    ({ text }) => {
      onWords(text.slice(told));
      told = text.length;
    },
    signal,
  );
};
