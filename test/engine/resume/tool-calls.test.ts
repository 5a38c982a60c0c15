import { expect } from 'chai';
import OpenAI from 'openai';
import { chunk, reply, stream } from '../../scripted-upstream.js';
import {
  BEGUN,
  endFrames,
  piecesOf,
  ROLE,
  readWithSdk,
  Stage,
  TEXT,
  type ToolCall,
  textFrames,
  wholeStream,
} from '../stream/stage.js';

describe('A stream that breaks inside tool calls', () => {
  let stage: Stage;

  afterEach(() => stage.close());

  const CALLS: readonly ToolCall[] = [
    { id: 'call_0', name: 'write_file', arguments: '{"path":"a.txt","text":"Once \\"upon\\" a 🌊"}' },
    { id: 'call_1', name: 'read_file', arguments: '{"path":"b.txt"}' },
  ];
  const callFrames = (calls: readonly ToolCall[]): string[] =>
    calls.flatMap(({ id, name, arguments: whole }, index) => [
      chunk({ tool_calls: [{ index, id, type: 'function', function: { name, arguments: '' } }] }),
      ...piecesOf(whole).map((part) => chunk({ tool_calls: [{ index, function: { arguments: part } }] })),
    ]);
  const whole = (text: string): string[] => [
    ROLE,
    ...textFrames(text),
    ...callFrames(CALLS),
    ...endFrames('tool_calls'),
  ];
  const frames = callFrames(CALLS);

  const CUTS: [string, string[]][] = [
    ['after the name', frames.slice(0, 1)],
    ['in the arguments of the first', frames.slice(0, 3)],
    [
      'between two calls',
      frames.slice(
        0,
        frames.findIndex((frame) => frame.includes('read_file')),
      ),
    ],
    ['in the arguments of the second', frames.slice(0, -1)],
    ['before the finish reason', frames],
  ];
  for (const [where, sent] of CUTS) {
    for (const [what, before] of [
      ['alone', ''],
      ['after text', BEGUN],
    ] as const) {
      it(`${what}, cut ${where}: the caller gets each call once and whole`, async () => {
        stage = await Stage.set([stream([ROLE, ...textFrames(before), ...sent], 'cut'), stream(whole(before))]);
        expect(await readWithSdk(stage)).to.deep.equal({ text: before, reasoning: '', calls: CALLS });
        expect((await stage.outcome()).resumed).to.equal(1);
      });
    }
  }

  it('ends with text when the next target answers in text, without a torn call before it', async () => {
    stage = await Stage.set([stream([ROLE, ...frames.slice(0, 3)], 'cut'), stream([wholeStream(TEXT)])]);
    expect(await readWithSdk(stage)).to.deep.equal({ text: TEXT, reasoning: '', calls: [] });
  });

  it('makes the SDK throw when no target can resume, and the caller gets no part of a call', async () => {
    stage = await Stage.set([stream([ROLE, ...frames.slice(0, 3)], 'cut'), reply(503, 'busy')]);
    stage.upstreams[0]?.script(stream([ROLE, ...frames.slice(0, 3)], 'cut')).always(reply(503, 'busy'));
    const { calls, error } = await readWithSdk(stage);
    expect(calls).to.deep.equal([]);
    expect(error).to.be.instanceOf(OpenAI.APIError);
  });

  it('passes them on as they come without `resume`', async () => {
    stage = await Stage.set([stream([ROLE, ...frames.slice(0, 3)], 'hang')], { chain: { resume: false } });
    const caller = stage.raw();
    await caller.sees(JSON.stringify('write_file'));
    caller.leave();
  });
});
