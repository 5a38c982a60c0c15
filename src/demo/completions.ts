import type { Answer } from './answers.js';
import type { CompletionStyle, Usage } from './dialect.js';

/** The fields that identify a completion, on each of its chunks. */
export interface Heading {
  readonly id: string;
  /** Epoch seconds. */
  readonly created: number;
  readonly model: string;
}

/** The answer as one JSON object. */
export const wholeCompletion = (heading: Heading, { pieces, finishReason, usage }: Answer, style: CompletionStyle) => ({
  ...heading,
  ...style.fields,
  object: 'chat.completion',
  choices: [
    {
      index: 0,
      message: { role: 'assistant', content: pieces.join('') },
      logprobs: null,
      finish_reason: finishReason,
      ...finishFields(style, finishReason),
    },
  ],
  usage: usageOf(usage, style),
  ...style.firstFields?.(heading.id),
});

/** The answer as SSE frames: a chunk for the role, one per piece, one for the end, and `[DONE]`. */
export const streamFrames = (
  heading: Heading,
  { pieces, finishReason, usage }: Answer,
  style: CompletionStyle,
  includeUsage: boolean,
): string[] => {
  const frame = (choices: readonly object[], more: object = {}): string =>
    `data: ${JSON.stringify({ ...heading, ...style.fields, object: 'chat.completion.chunk', choices, ...more })}\n\n`;
  const choice = (delta: object, finish: string | null = null) => [
    { index: 0, delta, logprobs: null, finish_reason: finish, ...(finish === null ? {} : finishFields(style, finish)) },
  ];
  const { id } = heading;
  const withUsage = { usage: usageOf(usage, style), ...style.usageFields?.(id, usage) };
  const unasked = style.streamUsage === 'unasked';
  const usageChoices = style.streamUsage === 'choice' ? choice({ role: 'assistant', content: '' }) : [];
  return [
    ...(style.comment === undefined ? [] : [`: ${style.comment}\n\n`]),
    frame(choice({ role: 'assistant', content: '' }), style.firstFields?.(id)),
    ...pieces.map((content) => frame(choice({ content }))),
    frame(choice({}, finishReason), unasked ? withUsage : {}),
    ...(includeUsage && !unasked ? [frame(usageChoices, withUsage)] : []),
    'data: [DONE]\n\n',
  ];
};

const usageOf = (usage: Usage, { usageExtras }: CompletionStyle): object => ({ ...usage, ...usageExtras });

/** OpenRouter also reports the model's own finish reason. */
const finishFields = ({ nativeFinish }: CompletionStyle, finish: string): object =>
  nativeFinish === true ? { native_finish_reason: finish } : {};
