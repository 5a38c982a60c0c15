import type { Dialect } from './dialect.js';
import { cerebras } from './dialects/cerebras.js';
import { groq } from './dialects/groq.js';
import { local } from './dialects/local.js';
import { openrouter } from './dialects/openrouter.js';

/** Every kind of provider that can be simulated. */
export const DIALECTS = { groq, cerebras, openrouter, local } as const satisfies Record<string, Dialect>;

export type DialectName = keyof typeof DIALECTS;
