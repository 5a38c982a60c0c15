// @ts-check
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { testProviderType } from '429chain/testing';
import plugin from '../index.js';

test('does all that 429chain needs of a provider type', async () => {
  const report = await testProviderType(plugin, { type: 'my-plugin' });
  assert.ok(report.ok, String(report));
});
