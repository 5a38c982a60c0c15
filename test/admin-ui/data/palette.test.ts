import { expect } from 'chai';
import { type Entry, findEntries, type Kind } from '../../../admin-ui/src/data/palette/find-entries.js';
import { fuzzyMatch } from '../../../admin-ui/src/data/palette/fuzzy.js';

describe('The fuzzy match of the palette', () => {
  /** Each query with texts that fit, the best first, and texts that do not. */
  const CASES: readonly {
    readonly query: string;
    readonly fit: readonly string[];
    readonly not?: readonly string[];
  }[] = [
    { query: '', fit: ['anything', ''] },
    { query: '  ', fit: ['anything'] },
    { query: 'set', fit: ['Settings', 'Reset'], not: ['Usage'] },
    { query: 'USE', fit: ['Usage … e', 'because'], not: ['us'] },
    { query: 'g70', fit: ['groq/llama-3.3-70b'], not: ['groq/llama-3.1-8b'] },
    { query: 'gpt 20', fit: ['groq/openai/gpt-oss-20b'], not: ['groq/openai/gpt-oss-120k', 'gpt'].slice(1) },
    { query: '20 gpt', fit: ['groq/openai/gpt-oss-20b'] },
    { query: 'oss', fit: ['gpt-oss', 'open source systems', 'gross'] },
    { query: 'nc', fit: ['New chain', 'once'], not: ['chain'] },
    { query: 'é', fit: ['café'], not: ['cafe'] },
    { query: '🌊', fit: ['a 🌊 b'], not: ['a b'] },
    { query: '.*+?^$', fit: ['.*+?^$'], not: ['abc'] },
  ];
  for (const { query, fit, not = [] } of CASES) {
    it(`fits “${query}” to ${fit.join(', ')}`, () => {
      const scores = fit.map((text) => fuzzyMatch(query, text)?.score);
      expect(scores).not.to.include(undefined);
      expect(scores).to.deep.equal(scores.toSorted((one, other) => (other ?? 0) - (one ?? 0)));
      for (const text of not) expect(fuzzyMatch(query, text), text).to.equal(undefined);
    });
  }

  it('names the places of the letters', () => {
    expect(fuzzyMatch('gr oss', 'groq/gpt-oss')?.places).to.deep.equal([0, 1, 9, 10, 11]);
  });

  it('takes a long text of one letter in a moment', () => {
    expect(fuzzyMatch('aaaaaaaab', 'a'.repeat(5_000))).to.equal(undefined);
    expect(fuzzyMatch('aaaaaaaa', 'a'.repeat(5_000))?.places).to.have.length(8);
  });
});

describe('The entries of the palette', () => {
  const entry = (kind: Kind, text: string, more: Partial<Entry> = {}): Entry => ({ kind, text, does: '/', ...more });
  const ENTRIES: readonly Entry[] = [
    entry('Pages', 'Chains'),
    entry('Pages', 'Settings'),
    entry('Actions', 'New chain', { words: 'add create' }),
    entry('Chains', 'default', { detail: '2 targets' }),
    ...Array.from({ length: 30 }, (_, index) => entry('Models', `groq/model-${index}`)),
    entry('Requests', 'req-0001', { words: 'default groq/model-1' }),
  ];
  const found = (query: string): Record<string, string[]> =>
    Object.fromEntries(findEntries(query, ENTRIES).map(([kind, all]) => [kind, all.map((each) => each.entry.text)]));

  it('are some of each kind without a query', () => {
    expect(found('')).to.deep.equal({
      Pages: ['Chains', 'Settings'],
      Actions: ['New chain'],
      Chains: ['default'],
      Requests: ['req-0001'],
    });
  });

  it('are those that fit, the kind of the best one first', () => {
    expect(found('chain')).to.deep.equal({ Pages: ['Chains'], Actions: ['New chain'] });
    expect(Object.keys(found('default'))).to.deep.equal(['Chains', 'Requests']);
  });

  it('are found by words that are not shown', () => {
    expect(found('create')).to.deep.equal({ Actions: ['New chain'], Requests: ['create'] });
  });

  it('are ten of a kind at most', () => {
    expect(found('groq').Models).to.have.length(10);
  });

  it('open a request by an id that is not in the list', () => {
    const [, [open]] = findEntries('zzz-999-abc', ENTRIES).at(-1) ?? ['Requests', []];
    expect(open?.entry.does).to.equal('/admin/requests/zzz-999-abc');
    expect(found('req-0001').Requests).to.deep.equal(['req-0001']);
    expect(found('zz zz zz')).to.deep.equal({});
  });
});
