import { expect } from 'chai';
import { parseSettings } from '../../src/config/source/load.js';

const problemsOf = (apiKey: string, env: Record<string, string> = {}): string[] => {
  const text = JSON.stringify({ providers: { groq: { type: 'groq', apiKey } }, chains: { default: ['groq/m'] } });
  const parsed = parseSettings(text, { env });
  return parsed.ok ? [] : parsed.problems.map(({ message }) => message);
};

describe("A provider's key", () => {
  it('is refused with a character that no header can carry, and is not repeated', () => {
    const [problem = ''] = problemsOf('${GROQ_API_KEY}', { GROQ_API_KEY: 'gsk_abc…' });
    expect(problem).to.match(/`providers\.groq\.apiKey` .* holds '…', which no key has/);
    expect(problem).not.to.contain('gsk_abc');
  });

  it('is refused with a quote in front, which nothing closed in .env, and is not repeated', () => {
    const [problem = ''] = problemsOf('${GROQ_API_KEY}', { GROQ_API_KEY: '"gsk_abc' });
    expect(problem).to.match(/`providers\.groq\.apiKey` .* holds '"', which no key has/);
    expect(problem).not.to.contain('gsk_abc');
  });

  it('may hold whatever providers put into keys', () => {
    expect(problemsOf('sk-or-v1-0123_AZaz.+/=:')).to.deep.equal([]);
  });
});
