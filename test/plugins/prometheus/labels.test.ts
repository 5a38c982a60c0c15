import type { Outcome } from '429chain/plugin';
import { expect } from 'chai';
import { statusLabel } from '../../../plugins/prometheus/labels.js';

describe('The status label of a metric', () => {
  for (const [status, label] of [
    [200, '200'],
    [429, '429'],
    [418, '4xx'],
    [507, '5xx'],
  ] as const) {
    it(`is ${label} for status ${status}`, () => {
      expect(statusLabel({ status } as Outcome)).to.equal(label);
    });
  }
});
