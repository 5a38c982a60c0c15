import type { ErrorRule } from '429chain/plugin';
import { ACCOUNT_CODES, ACCOUNT_WORDS, KEY_WORDS } from './accounts.js';
import { CAPACITY_CODES, CAPACITY_WORDS } from './capacity.js';
import { FRONTS, GATEWAYS, ROUTES } from './fronts.js';
import { LIMIT_CODES } from './limit-codes.js';
import { LIMIT_HINTS, LIMIT_NAMES, LIMIT_WORDS } from './limits.js';
import { MODEL_BUSY, MODEL_CODES, MODEL_WORDS } from './models.js';
import { MONEY_CODES, MONEY_HINTS, MONEY_WORDS } from './money.js';
import { CONTENT_CODES, CONTENT_WORDS, PARAMETERS, TOO_LARGE_CODES, TOO_LARGE_WORDS } from './requests.js';

/** What providers say by a code, or in a sentence that one of them always uses. */
const CODES: readonly ErrorRule[] = [
  ...PARAMETERS,
  ...TOO_LARGE_CODES,
  ...CONTENT_CODES,
  ...MODEL_CODES,
  ...LIMIT_CODES,
  ...MONEY_CODES,
  ...ACCOUNT_CODES,
  ...CAPACITY_CODES,
];

/** A vocabulary for everything else. What can be meant in one way only comes first, and vague words come last. */
const WORDS: readonly ErrorRule[] = [
  ...MONEY_WORDS,
  ...LIMIT_WORDS,
  ...TOO_LARGE_WORDS,
  ...CONTENT_WORDS,
  ...MODEL_BUSY,
  ...MODEL_WORDS,
  ...ACCOUNT_WORDS,
  ...LIMIT_HINTS,
  ...MONEY_HINTS,
  ...ROUTES,
  ...CAPACITY_WORDS,
  ...GATEWAYS,
  ...KEY_WORDS,
  ...LIMIT_NAMES,
];

/**
 * What failures mean: the first rule that matches decides, so codes count more than words, and words more than the status.
 * The last rule always matches.
 */
export const RULES: readonly ErrorRule[] = [...FRONTS, ...CODES, ...WORDS, { why: 'what the status says' }];
