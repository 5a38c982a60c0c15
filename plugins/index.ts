import type { Plugin } from '429chain/plugin';
import manualLimits from './manual-limits.js';
import nedbLogger from './nedb-logger/index.js';
import ollama from './ollama/index.js';
import openaiCompatible from './openai-compatible/index.js';
import postgresLogger from './postgres-logger/index.js';
import prometheus from './prometheus/index.js';
import providers from './providers/index.js';
import rateLimitHeaders from './rate-limit-headers.js';
import redisLedger from './redis-ledger/index.js';
import requestLines from './request-lines.js';

/** The built-in plugins. Each is on unless the configuration disables it. */
export const builtIns: readonly Plugin[] = [
  providers,
  openaiCompatible,
  rateLimitHeaders,
  manualLimits,
  nedbLogger,
  prometheus,
  requestLines,
];

/** The built-in plugins that are off unless the configuration names them. */
export const optional: readonly Plugin[] = [ollama, redisLedger, postgresLogger];

/** Built-in plugins that are off while another one is on, unless the configuration names them. */
export const replacedBy: Readonly<Record<string, string>> = { 'nedb-logger': 'postgres-logger' };
