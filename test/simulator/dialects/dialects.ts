import type { NamedRefusal, NamedStanding } from '../../../src/demo/allowance.js';
import type { CompletionStyle, Dialect, Reply } from '../../../src/demo/dialect.js';
import { DIALECTS as DEMO } from '../../../src/demo/dialects.js';
import type { WorldRefusal, WorldStanding } from '../gate.js';
import { cohere, gemini, mistral } from './measured-dialects.js';
import {
  answersOnly,
  asGroq,
  atOnce,
  dated,
  epoch,
  hinted,
  ietf,
  inASecond,
  longAgo,
  openai,
  silent,
  suffixed,
  worded,
} from './plain-dialects.js';

/** What a provider states about its limits, with an answer and with a refusal. `now` is on its own clock. */
export interface SimulatedDialect {
  /** What one set of limits covers: each model, or the account with all its models. */
  readonly covers: 'model' | 'account';
  /** The provider type that the configuration names. */
  readonly type: string;
  readonly completions: CompletionStyle;
  answerHeaders(standings: readonly WorldStanding[], now: number, stream: boolean): Readonly<Record<string, string>>;
  refuse(refused: WorldRefused): Reply;
}

export interface WorldRefused {
  readonly model: string;
  readonly refusal: WorldRefusal;
  readonly standings: readonly WorldStanding[];
  /** Epoch ms. */
  readonly now: number;
}

/** The demo's dialects have words for requests, tokens and slots alone. */
const ofDemo = (type: string, dialect: Dialect): SimulatedDialect => ({
  covers: dialect.covers,
  type,
  completions: dialect.completions,
  answerHeaders: (standings, now, stream) => dialect.answerHeaders(standings.map(demoName), now, { stream, tokens: 0 }),
  refuse: ({ model, refusal, standings, now }) =>
    dialect.refuse({ model, refusal: demoName(refusal), standings: standings.map(demoName), now }),
});

const demoName = <T extends WorldStanding | WorldRefusal>({ dimension, called, ...rest }: T) => {
  if (dimension === 'input_tokens' || dimension === 'output_tokens' || dimension === 'units')
    throw new Error(`This dialect has no words for ${dimension}.`);
  const name: Pick<NamedStanding & NamedRefusal, 'dimension' | 'called'> =
    called === undefined ? { dimension } : { dimension, called };
  return { ...rest, ...name };
};

/** Every dialect of a simulated provider. */
export const DIALECTS = {
  groq: ofDemo('groq', DEMO.groq),
  cerebras: ofDemo('cerebras', DEMO.cerebras),
  openrouter: ofDemo('openrouter', DEMO.openrouter),
  local: ofDemo('openai-compatible', DEMO.local),
  openai,
  suffixed,
  ietf,
  epoch,
  hinted,
  dated,
  silent,
  'answers-only': answersOnly,
  'as-groq': asGroq,
  'at-once': atOnce,
  'in-a-second': inASecond,
  'long-ago': longAgo,
  worded,
  mistral,
  cohere,
  gemini,
} as const satisfies Record<string, SimulatedDialect>;

export type DialectName = keyof typeof DIALECTS;
