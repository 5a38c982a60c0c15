import { expect } from 'chai';
import fc from 'fast-check';
import { AnswerMemory } from '../../src/protocols/memory.js';

const HOUR = 60 * 60 * 1000;

const callAt = (at: number, keyLabel = 'a') => ({ keyLabel, at });
const item = (id: string, text = 'Hello') => ({ id, type: 'message', content: [{ type: 'output_text', text }] });

describe('the memory of answers', () => {
  it('returns what it remembers, to the caller of the same key only', () => {
    const memory = new AnswerMemory();
    memory.of(callAt(0)).rememberItem(item('msg_1'));
    memory.of(callAt(0)).rememberExtra('call_1', { extra_content: { google: { thought_signature: 'x' } } });
    expect(memory.of(callAt(1)).itemOf('msg_1')).to.deep.equal(item('msg_1'));
    expect(memory.of(callAt(1)).extraOf('call_1')).to.deep.equal({
      extra_content: { google: { thought_signature: 'x' } },
    });
    expect(memory.of(callAt(1, 'b')).itemOf('msg_1')).to.equal(undefined);
    expect(memory.of(callAt(1, 'b')).extraOf('call_1')).to.equal(undefined);
  });

  it('keeps items and extras with the same id apart', () => {
    const mine = new AnswerMemory().of(callAt(0));
    mine.rememberItem(item('x'));
    expect(mine.extraOf('x')).to.equal(undefined);
  });

  it('does not change with what it returned', () => {
    const mine = new AnswerMemory().of(callAt(0));
    const given = { id: 'x', list: [1] };
    mine.rememberItem(given);
    given.list.push(2);
    (mine.itemOf('x') as unknown as typeof given).list.push(3);
    expect(mine.itemOf('x')).to.deep.equal({ id: 'x', list: [1] });
  });

  it('forgets what was not used for an hour', () => {
    const memory = new AnswerMemory();
    memory.of(callAt(0)).rememberItem(item('old'));
    memory.of(callAt(0)).rememberItem(item('used'));
    expect(memory.of(callAt(HOUR - 1)).itemOf('used')).to.deep.equal(item('used'));
    expect(memory.of(callAt(HOUR)).itemOf('old')).to.equal(undefined);
    expect(memory.of(callAt(HOUR)).itemOf('used')).to.deep.equal(item('used'));
  });

  it('frees the room of forgotten entries without being asked for them', () => {
    const memory = new AnswerMemory();
    memory.of(callAt(0)).rememberItem(item('old', 'x'.repeat(10_000)));
    memory.of(callAt(HOUR)).rememberItem(item('new'));
    expect(memory.bytes).to.be.below(2_000);
  });

  it('replaces an entry with the same id', () => {
    const memory = new AnswerMemory();
    const mine = memory.of(callAt(0));
    mine.rememberItem(item('x', 'one'));
    const { bytes } = memory;
    mine.rememberItem(item('x', 'two'));
    expect(mine.itemOf('x')).to.deep.equal(item('x', 'two'));
    expect(memory.bytes).to.equal(bytes);
  });

  it('drops the entry that was used longest ago when it is full', () => {
    const mine = new AnswerMemory(2_000).of(callAt(0));
    mine.rememberItem(item('a', 'x'.repeat(200)));
    mine.rememberItem(item('b', 'x'.repeat(200)));
    mine.itemOf('a');
    mine.rememberItem(item('c', 'x'.repeat(200)));
    expect(['a', 'b', 'c'].filter((id) => mine.itemOf(id) !== undefined)).to.deep.equal(['a', 'c']);
  });

  it('does not let a huge item drive out all others', () => {
    const mine = new AnswerMemory(2_000).of(callAt(0));
    mine.rememberItem(item('a'));
    mine.rememberItem(item('huge', 'x'.repeat(2_000)));
    expect(mine.itemOf('huge')).to.equal(undefined);
    expect(mine.itemOf('a')).to.deep.equal(item('a'));
  });

  it('never takes more than its bound', () => {
    const step = fc.record({ id: fc.nat(20).map(String), size: fc.nat(1_500), reads: fc.boolean(), at: fc.nat(HOUR) });
    fc.assert(
      fc.property(fc.array(step), (steps) => {
        const memory = new AnswerMemory(5_000);
        for (const { id, size, reads, at } of steps) {
          if (reads) memory.of(callAt(at)).itemOf(id);
          else memory.of(callAt(at)).rememberItem(item(id, 'x'.repeat(size)));
          expect(memory.bytes).to.be.within(0, 5_000);
        }
      }),
      { numRuns: 50 },
    );
  });
});
