import type { ChatRequest } from './chat-request.js';
import type { Usage } from './dialect.js';

/** The answer to a request. The same request always gets the same answer. */
export interface Answer {
  /** The parts of the text. */
  readonly pieces: readonly string[];
  readonly finishReason: 'stop' | 'length';
  readonly usage: Usage;
}

const CHARACTERS_PER_TOKEN = 4;
const LONGEST_QUOTE = 80;

const OPENINGS = [
  'Good question.',
  'Here is the short version.',
  'Let us take it step by step.',
  'There is more to it than one would think.',
];

const BEGINNINGS = [
  'Begin with the simplest case, see what it needs, and add only what is missing.',
  'Two things matter most: what it is made of, and what happens at its edges.',
  'Most of it can be seen by looking closely at one example and changing one thing at a time.',
];

const ENDS = [
  'What holds for a small part often holds for the whole, and where it does not, it gets interesting.',
  'Measure first, then explain: the explanation gets shorter that way.',
  'It helps to ask what would have to be true if the opposite were the case.',
];

/** A short text about the user's last message. */
export const answerTo = ({ model, messages, maxTokens }: ChatRequest): Answer => {
  const question = (messages.findLast(({ role }) => role === 'user') ?? messages.at(-1))?.text ?? '';
  const whole = [
    pick(OPENINGS, question),
    `You asked: "${quoteOf(question)}".`,
    pick(BEGINNINGS, question),
    pick(ENDS, question),
    `This answer was made up by a simulation of ${model}; no model was asked.`,
  ].join(' ');
  const text = whole.slice(0, maxTokens * CHARACTERS_PER_TOKEN);
  const promptTokens = tokensOf(messages.map((message) => message.text).join(''));
  const completionTokens = tokensOf(text);
  return {
    pieces: text.match(/\S+\s*/g) ?? [],
    finishReason: text.length < whole.length ? 'length' : 'stop',
    usage: {
      prompt_tokens: promptTokens,
      completion_tokens: completionTokens,
      total_tokens: promptTokens + completionTokens,
    },
  };
};

/** Counts about four characters as a token. */
export const tokensOf = (text: string): number => Math.ceil(text.length / CHARACTERS_PER_TOKEN);

const quoteOf = (text: string): string => {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length <= LONGEST_QUOTE ? line : `${line.slice(0, LONGEST_QUOTE - 1)}…`;
};

/** Picks one of `texts`, always the same for the same seed. */
const pick = (texts: readonly string[], seed: string): string => {
  let sum = texts.length;
  for (const character of seed) sum = (sum * 31 + (character.codePointAt(0) ?? 0)) % 1_000_003;
  return texts[sum % texts.length] ?? '';
};
