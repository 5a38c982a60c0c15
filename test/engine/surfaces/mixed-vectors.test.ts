import { expect } from 'chai';
import { mixedVectors } from '../../../src/engine/surfaces/mixed-vectors.js';
import type { Chain } from '../../../src/engine/target.js';
import { startProxy } from '../../proxy.js';

const chain = (models: readonly string[], sameVectors = false): Chain =>
  ({ name: 'vectors', sameVectors, targets: models.map((model) => ({ model })) }) as unknown as Chain;

describe('A chain of embedding models', () => {
  const FINE: readonly [what: string, chain: Chain][] = [
    ['the same model', chain(['BAAI/bge-m3', 'bge-m3:latest'])],
    ['models for chat as well', chain(['llama-3.3-70b', 'bge-m3', 'text-embedding-3-small'])],
    ['`sameVectors`', chain(['bge-m3', 'text-embedding-3-small'], true)],
    ['one target', chain(['bge-m3'])],
  ];
  for (const [what, each] of FINE) {
    it(`is fine with ${what}`, () => {
      expect(mixedVectors(each)).to.equal(undefined);
    });
  }

  it('gets a warning at the start if its models differ', async () => {
    const says =
      /Chain "vectors" has embedding models whose vectors cannot be compared: bge-m3, text-embedding-3-small\./;
    expect(mixedVectors(chain(['bge-m3', 'text-embedding-3-small']))).to.match(says);
    const proxy = await startProxy({
      providers: { one: { type: 'openai-compatible', baseUrl: 'http://127.0.0.1:9/v1' } },
      chains: { vectors: ['one/bge-m3', 'one/text-embedding-3-small'] },
    });
    expect(proxy.log.lines.filter((line) => says.test(line))).to.have.length(1);
    await proxy.close();
  });
});
