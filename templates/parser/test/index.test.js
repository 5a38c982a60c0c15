// @ts-check
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parse } from '../index.js';

const AT = Date.parse('2026-01-01T12:00:00Z');

/** @type {(headers: Record<string, string>) => import('429chain/plugin').ResponseHead} */
const head = (headers) => ({ status: 200, headers, at: AT });

test('reads what is left, and when there is more', () => {
  const headers = { 'x-calls-left': '7', 'x-calls-allowed': '20', 'x-calls-reset': '90' };
  assert.deepEqual(parse(head(headers)), [
    { dimension: 'requests', window: '1h', limit: 20, remaining: 7, resetAt: AT + 90_000 },
  ]);
});

test('has no opinion on headers that it does not know', () => {
  assert.equal(parse(head({ 'x-ratelimit-remaining': '7' })), undefined);
});
