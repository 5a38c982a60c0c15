import { chain } from './chain.js';
import { decision } from './decision.js';
import { install } from './install.js';
import { log } from './log.js';
import { loop } from './loop.js';
import { memory } from './memory.js';
import type { Phase } from './phase.js';
import { big, firstToken, latency, plain } from './requests.js';
import { start } from './start.js';
import { full, paced, translatedFull, translatedPaced } from './streams.js';

/** In the order in which they run. */
export const PHASES: readonly Phase[] = [
  start,
  plain,
  big,
  latency,
  firstToken,
  paced,
  full,
  translatedPaced,
  translatedFull,
  memory,
  chain,
  loop,
  log,
  install,
  decision,
];
