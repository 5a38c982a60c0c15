import { expect } from 'chai';
import { chunk, completion, DONE, reply, stream } from '../../scripted-upstream.js';
import { END_OF_STREAM, frame, ROLE, Stage, textFrame } from './stage.js';

describe('The end of an answer', () => {
  let stage: Stage;

  afterEach(() => stage.close());

  const call = (fields: object, reason: string | null = null): string =>
    chunk({ tool_calls: [{ index: 0, ...fields }] }, reason);
  const OPEN_CALL = call({ id: 'x', type: 'function', function: { name: 'f', arguments: '{"a":"one' } }, '');

  interface Case {
    readonly what: string;
    readonly frames: readonly string[];
    readonly end?: 'end' | 'cut' | 'hang';
  }

  const WHOLE: readonly Case[] = [
    { what: '"stop" without [DONE]', frames: [textFrame('a'), chunk({}, 'stop')] },
    { what: '"STOP" as Gemini writes it', frames: [textFrame('a'), chunk({}, 'STOP')] },
    { what: '"end_turn" as Anthropic writes it', frames: [textFrame('a'), chunk({}, 'end_turn')] },
    { what: '"eos_token", cut behind it', frames: [textFrame('a'), chunk({}, 'eos_token')], end: 'cut' },
    { what: 'silence after "stop"', frames: [textFrame('a'), chunk({}, 'stop')], end: 'hang' },
    { what: '"MAX_TOKENS"', frames: [textFrame('a'), chunk({}, 'MAX_TOKENS')] },
    { what: 'an unknown word and [DONE]', frames: [textFrame('a'), chunk({}, 'banana'), DONE] },
    { what: '[DONE] alone', frames: [textFrame('a'), DONE] },
    {
      what: '[DONE] after empty finish reasons',
      frames: [chunk({ content: 'a' }, ''), chunk({ content: 'b' }, ''), DONE],
    },
    {
      what: '[DONE] after a whole tool call',
      frames: [call({ id: 'x', type: 'function', function: { name: 'f', arguments: '{"a":1}' } }, ''), DONE],
    },
  ];
  for (const { what, frames, end } of WHOLE) {
    it(`is reached with ${what}`, async () => {
      stage = await Stage.set([stream([ROLE, ...frames], end)], { chain: { resume: false }, pace: { tailMs: 50 } });
      const { body } = await stage.raw().answer();
      expect(body.toString())
        .to.contain(frames[0])
        .and.to.match(/data: \[DONE\]\n\n$/);
      expect(body.toString()).not.to.contain('"error"');
      expect((await stage.outcome()).status).to.equal(200);
    });
  }

  const BROKEN: readonly Case[] = [
    { what: 'empty finish reasons only', frames: [chunk({ content: 'a' }, ''), chunk({ content: 'b' }, '')] },
    { what: 'the finish reason "null" only', frames: [chunk({ content: 'a' }, 'null')] },
    { what: 'an unknown word without [DONE]', frames: [textFrame('a'), chunk({}, 'banana')] },
    {
      what: '"insufficient_system_resource"',
      frames: [textFrame('a'), chunk({}, 'insufficient_system_resource'), DONE],
    },
    { what: '"ERROR"', frames: [textFrame('a'), chunk({}, 'ERROR'), DONE] },
    { what: '"abort"', frames: [textFrame('a'), chunk({}, 'abort'), DONE] },
    { what: 'a tool call cut in its arguments', frames: [textFrame('a'), OPEN_CALL] },
    { what: 'a tool call cut in its arguments, and [DONE]', frames: [textFrame('a'), OPEN_CALL, DONE] },
    { what: 'a frame that is not JSON', frames: [textFrame('a'), 'data: oops\n\n', chunk({}, 'stop'), DONE] },
    {
      what: 'a frame of torn JSON',
      frames: [textFrame('a'), `${textFrame('b').slice(0, -6)}\n\n`, chunk({}, 'stop'), DONE],
    },
  ];
  for (const { what, frames, end } of BROKEN) {
    for (const resume of [false, true]) {
      it(`is not reached with ${what}, ${resume ? 'and another target continues' : 'and the caller learns it'}`, async () => {
        const second = stream([ROLE, ...[...'a b'].map((text) => textFrame(text)), END_OF_STREAM]);
        const answerers = [stream([ROLE, ...frames], end)];
        stage = await Stage.set(resume ? [...answerers, second] : answerers, { chain: { resume } });
        const text = (await stage.raw().answer()).body.toString();
        expect(text).not.to.contain('oops');
        // Tool calls are held only where another target may start them over.
        if (resume) expect(text).not.to.contain('tool_calls');
        else expect(text).to.contain('upstream_failed').and.not.to.contain('[DONE]');
        const { attempts } = await stage.outcome();
        expect(attempts[0]?.failure?.class).to.equal('server_error');
      });
    }
  }

  for (const reason of ['insufficient_system_resource', 'error', 'TIMEOUT', 'cancelled']) {
    it(`is not reached in a whole answer with "${reason}": the next target answers`, async () => {
      const whole = completion('half of it');
      const [choice] = whole.choices;
      const broken = { ...whole, choices: [{ ...choice, finish_reason: reason }] };
      stage = await Stage.set([reply(200, broken), reply(200, completion('from the second'))]);
      const { body } = await stage.raw({ stream: false }).answer();
      expect(body.toString()).to.contain('from the second');
    });
  }

  it('is not delayed by comments, and the usage and [DONE] within the tail still pass', async () => {
    const usage = frame({ id: 'c', choices: [], usage: { prompt_tokens: 7, completion_tokens: 2, total_tokens: 9 } });
    stage = await Stage.set(
      [
        (res, { aborted }) => {
          res.writeHead(200, { 'content-type': 'text/event-stream' });
          res.write(ROLE + textFrame('a') + chunk({}, 'stop'));
          setTimeout(() => res.write(usage), 40);
          const timer = setInterval(() => res.write(': hb\n\n'), 20);
          void aborted.then(() => clearInterval(timer));
        },
      ],
      { pace: { tailMs: 150 } },
    );
    const { body } = await stage.raw({ stream_options: { include_usage: true } }).answer();
    expect(body.toString())
      .to.contain(usage)
      .and.to.match(/data: \[DONE\]\n\n$/);
    expect((await stage.outcome()).usage).to.deep.equal({ input: 7, output: 2, estimated: false });
  });

  for (const beat of [': hb\n\n', '\n\n', 'data:\n\n', 'event: ping\ndata: {"type":"ping"}\n\n']) {
    it(`is not awaited for longer than \`idle\` while only ${JSON.stringify(beat)} comes`, async () => {
      const beating = stream([ROLE, textFrame('Once')], 'hang');
      stage = await Stage.set(
        [
          async (res, request) => {
            await beating(res, request);
            const timer = setInterval(() => res.write(beat), 20);
            void request.aborted.then(() => clearInterval(timer));
          },
        ],
        { chain: { resume: false, timeouts: { idle: '200ms' } } },
      );
      const { body } = await stage.raw().answer();
      expect(body.toString()).to.match(/no further chunk within 0.2 s/);
      expect(body.toString()).not.to.contain('data:\n').and.not.to.contain('ping');
    });
  }

  it('is an answer without text after the result of a tool', async () => {
    const messages = [
      { role: 'user', content: 'go' },
      { role: 'assistant', content: null, tool_calls: [] },
      { role: 'tool', tool_call_id: 'x', content: 'done' },
    ];
    stage = await Stage.set([stream([ROLE, chunk({}, 'stop'), DONE])]);
    const { body } = await stage.raw({ messages }).answer();
    expect(body.toString()).to.equal(`${ROLE}${chunk({}, 'stop')}${DONE}`);
    stage.upstreams[0]?.always(reply(200, completion('')));
    expect((await stage.raw({ messages, stream: false }).answer()).status).to.equal(200);
    expect((await stage.raw({ stream: false }).answer()).status).to.equal(503);
  });
});
