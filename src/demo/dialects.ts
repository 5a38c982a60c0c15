import type { Dialect } from './dialect.js';
import { cerebras } from './dialects/cerebras.js';
import { gemini } from './dialects/gemini.js';
import { groq } from './dialects/groq.js';
import { local } from './dialects/local.js';
import { mistral } from './dialects/mistral.js';
import { openrouter } from './dialects/openrouter.js';

/** All simulated kinds of providers. */
export const DIALECTS = { groq, gemini, mistral, openrouter, cerebras, local } as const satisfies Record<
  string,
  Dialect
>;

export type DialectName = keyof typeof DIALECTS;
