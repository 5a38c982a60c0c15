import { expect } from 'chai';
import { parseSettings } from '../../src/config/source/load.js';

const problemsOf = (apiKey: string, env: Record<string, string> = {}): string[] => {
  const text = JSON.stringify({ providers: { groq: { type: 'groq', apiKey } }, chains: { default: ['groq/m'] } });
  const parsed = parseSettings(text, { env });
  return parsed.ok ? [] : parsed.problems.map(({ message }) => message);
};

describe("A provider's key", () => {
  it('is invalid with a character that headers cannot carry, and is not shown', () => {
    const [problem = ''] = problemsOf('${GROQ_API_KEY}', { GROQ_API_KEY: 'gsk_abc…' });
    expect(problem).to.match(/`providers\.groq\.apiKey` .* contains '…', which is not valid in a key/);
    expect(problem).not.to.contain('gsk_abc');
  });

  it('is invalid with the leading quote of an unclosed .env value, and is not shown', () => {
    const [problem = ''] = problemsOf('${GROQ_API_KEY}', { GROQ_API_KEY: '"gsk_abc' });
    expect(problem).to.match(/`providers\.groq\.apiKey` .* contains '"', which is not valid in a key/);
    expect(problem).not.to.contain('gsk_abc');
  });

  it('can contain all characters that providers use', () => {
    expect(problemsOf('sk-or-v1-0123_AZaz.+/=:')).to.deep.equal([]);
  });
});
