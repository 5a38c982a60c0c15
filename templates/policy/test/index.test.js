// @ts-check
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decide } from '../index.js';

/** @type {(provider: string, estimatedTokens: number) => import('429chain/plugin').Attempt} */
const attempt = (provider, estimatedTokens) => ({
  requestId: 'a-request',
  chain: 'default',
  target: { id: `${provider}/a-model`, provider, type: 'openai-compatible', model: 'a-model', limits: [] },
  number: 1,
  startedAt: Date.now(),
  stream: false,
  estimatedTokens,
});

test('keeps long requests away from the provider', () => {
  assert.match(decide(attempt('groq', 3000), {})?.reason ?? '', /up to 2000 tokens/);
});

test('lets short requests pass, and all that go elsewhere', () => {
  assert.equal(decide(attempt('groq', 100), {}), undefined);
  assert.equal(decide(attempt('cerebras', 3000), {}), undefined);
});
