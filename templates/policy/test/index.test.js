// @ts-check
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decide } from '../index.js';

/** @type {(estimatedTokens: number) => import('429chain/plugin').Attempt} */
const attempt = (estimatedTokens) => ({
  requestId: 'a-request',
  chain: 'default',
  target: { id: 'groq/a-model', provider: 'groq', type: 'groq', model: 'a-model', limits: [] },
  number: 1,
  startedAt: Date.now(),
  stream: false,
  estimatedTokens,
  dryRun: false,
});

test('keeps long requests away from the provider', () => {
  assert.match(decide(attempt(3000), {})?.reason ?? '', /up to 2000 tokens/);
});

test('lets short requests pass', () => {
  assert.equal(decide(attempt(100), {}), undefined);
  assert.equal(decide(attempt(3000), { tokens: 3000 }), undefined);
});
