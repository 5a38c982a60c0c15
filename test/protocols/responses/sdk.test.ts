import { expect } from 'chai';
import OpenAI from 'openai';
import type {
  ResponseFunctionToolCall,
  ResponseInput,
  ResponseOutputItem,
  ResponseStreamEvent,
} from 'openai/resources/responses/responses';
import { BEGUN, breakingAfter, ROLE, resuming, TEXT, textFrames } from '../../engine/stream/stage.js';
import { reply, stream } from '../../scripted-upstream.js';
import { answering, lastSent, Stage, sdkOf } from './stage.js';

const MODEL = 'default';
const READ = {
  type: 'function',
  name: 'read',
  description: 'Reads a file.',
  strict: true,
  parameters: {
    type: 'object',
    properties: { path: { type: 'string' } },
    required: ['path'],
    additionalProperties: false,
  },
} as const;
const CALLS = [
  { id: 'call_a', name: 'read', arguments: '{"path":"a"}' },
  { id: 'call_b', name: 'read', arguments: '{"path":"b"}' },
];

/** The real OpenAI SDK. */
describe('The OpenAI SDK at /v1/responses', () => {
  let stage: Stage;
  let client: OpenAI;

  const start = async (...answerers: Parameters<typeof Stage.set>[0]): Promise<void> => {
    stage = await Stage.set(answerers);
    client = sdkOf(stage);
  };

  afterEach(() => stage.close());

  it('gets an answer', async () => {
    await start(answering({ reasoning: 'Hm.', content: 'Hello there' }));
    const response = await client.responses.create({ model: MODEL, input: 'Hi', instructions: 'Be kind.' });
    expect(response).to.include({ object: 'response', status: 'completed', output_text: 'Hello there' });
    expect(response.output.map(({ type }) => type)).to.deep.equal(['reasoning', 'message']);
  });

  it('streams an answer, and makes the same response of its events as of the last one', async () => {
    await start(answering({ reasoning: 'Hm.', content: TEXT, calls: CALLS }));
    const seen: ResponseStreamEvent[] = [];
    const events = client.responses.stream({ model: MODEL, input: 'Hi', tools: [READ] });
    events.on('event', (event) => void seen.push(event));
    const final = await events.finalResponse();
    expect(final.output_text).to.equal(TEXT);
    const last = seen.at(-1);
    if (last?.type !== 'response.completed') throw new Error(last?.type);
    expect(final.output.map(({ id, type }) => ({ id, type }))).to.deep.equal(
      last.response.output.map(({ id, type }) => ({ id, type })),
    );
  });

  it('streams an answer that two targets give', async () => {
    await start(resuming('repeats the last words', 120), resuming('repeats the last words'));
    const final = await client.responses.stream({ model: MODEL, input: 'Hi' }).finalResponse();
    expect(final.output_text).to.equal(TEXT);
    expect(final.output).to.have.length(1);
  });

  for (const streamed of [false, true]) {
    it(`calls tools in parallel and gets the answer to their results, ${streamed ? 'streamed' : 'whole'}`, async () => {
      await start(answering({ content: 'I look.', calls: CALLS }));
      const ask = (input: ResponseInput) =>
        streamed
          ? client.responses.stream({ model: MODEL, input, tools: [READ] }).finalResponse()
          : client.responses.create({ model: MODEL, input, tools: [READ] });
      const input: ResponseInput = [{ role: 'user', content: 'Go' }];
      const output = (await ask(input)).output as readonly ResponseOutputItem[];
      const calls = output.filter((item): item is ResponseFunctionToolCall => item.type === 'function_call');
      expect(calls.map(({ call_id, name, arguments: text }) => [call_id, name, text])).to.deep.equal(
        CALLS.map(({ id, name, arguments: text }) => [id, name, text]),
      );
      stage.upstreams[0]?.always(answering({ content: 'Done.' }));
      input.push(
        ...(output as unknown as ResponseInput),
        ...calls.map(({ call_id }) => ({ type: 'function_call_output' as const, call_id, output: 'ok' })),
      );
      expect((await ask(input)).output_text).to.equal('Done.');
      expect((lastSent(stage).messages as { role: string }[]).map(({ role }) => role)).to.deep.equal([
        ...['user', 'assistant', 'tool', 'tool'],
      ]);
    });
  }

  it('parses structured output', async () => {
    await start(answering({ content: '{"name":"Ada","age":36}' }));
    const response = await client.responses.parse({
      model: MODEL,
      input: 'Who?',
      text: {
        format: {
          type: 'json_schema',
          name: 'person',
          strict: true,
          schema: {
            type: 'object',
            properties: { name: { type: 'string' }, age: { type: 'number' } },
            required: ['name', 'age'],
            additionalProperties: false,
          },
        },
      },
    });
    expect(response.output_parsed ?? JSON.parse(response.output_text)).to.deep.equal({ name: 'Ada', age: 36 });
    expect(lastSent(stage).response_format).to.deep.include({ type: 'json_schema' });
  });

  it('shows a picture', async () => {
    await start(answering({ content: 'A cat.' }));
    const image_url = 'data:image/png;base64,iVBORw0KGgo=';
    const response = await client.responses.create({
      model: MODEL,
      input: [
        {
          role: 'user',
          content: [
            { type: 'input_text', text: 'What is this?' },
            { type: 'input_image', image_url, detail: 'auto' },
          ],
        },
      ],
    });
    expect(response.output_text).to.equal('A cat.');
    expect(lastSent(stage).messages).to.deep.equal([
      {
        role: 'user',
        content: [
          { type: 'text', text: 'What is this?' },
          { type: 'image_url', image_url: { url: image_url, detail: 'auto' } },
        ],
      },
    ]);
  });

  it('gets a refusal', async () => {
    await start(answering({ refusal: 'I cannot.' }));
    const { output } = await client.responses.stream({ model: MODEL, input: 'Hi' }).finalResponse();
    const [message] = output;
    expect(message?.type === 'message' && message.content[0]).to.include({ type: 'refusal', refusal: 'I cannot.' });
  });

  const ERRORS: [what: string, body: object, code: string][] = [
    ['an earlier response', { previous_response_id: 'resp_1' }, 'previous_response_not_found'],
    ['file search', { tools: [{ type: 'file_search' }] }, 'unsupported_tool'],
  ];
  for (const [what, body, code] of ERRORS) {
    it(`throws when ${what} is asked for`, async () => {
      await start(answering({ content: 'Hi' }));
      const thrown = await client.responses.create({ model: MODEL, input: 'Hi', ...body }).catch((each) => each);
      expect(thrown).to.be.instanceOf(OpenAI.BadRequestError).and.have.property('code', code);
    });
  }

  it('throws when all targets are spent, when its key is wrong, and when it fetches a response', async () => {
    await start(reply(429, { error: { message: 'spent' } }, { 'retry-after': '30' }));
    const create = (each: OpenAI) => each.responses.create({ model: MODEL, input: 'Hi' }).catch((error) => error);
    expect(await create(client)).to.be.instanceOf(OpenAI.RateLimitError);
    expect(await create(client.withOptions({ apiKey: 'wrong' }))).to.be.instanceOf(OpenAI.AuthenticationError);
    expect(await client.responses.retrieve('resp_1').catch((error) => error)).to.be.instanceOf(OpenAI.NotFoundError);
    expect(await client.responses.delete('resp_1').catch((error) => error)).to.be.instanceOf(OpenAI.NotFoundError);
    expect(await client.responses.cancel('resp_1').catch((error) => error)).to.be.instanceOf(OpenAI.NotFoundError);
  });

  it('throws when the provider dies in the middle of the answer, after the text that came', async () => {
    await start(breakingAfter(BEGUN));
    stage.upstreams[0]?.script(breakingAfter(BEGUN)).always(reply(503, 'busy'));
    let text = '';
    const read = async () => {
      const events = await client.responses.create({ model: MODEL, input: 'Hi', stream: true });
      for await (const event of events) if (event.type === 'response.output_text.delta') text += event.delta;
    };
    const thrown = await read().catch((error) => error);
    expect(thrown).to.be.instanceOf(OpenAI.APIError).and.have.property('code', 'upstream_failed');
    expect(text).to.equal(BEGUN);
  });

  it('aborts', async () => {
    await start(stream([ROLE, ...textFrames(BEGUN)], 'hang'));
    const events = client.responses.stream({ model: MODEL, input: 'Hi' });
    events.on('response.output_text.delta', () => events.abort());
    expect(await events.finalResponse().catch((error) => error)).to.be.instanceOf(OpenAI.APIUserAbortError);
    await stage.upstreams[0]?.received[0]?.aborted;
  });
});
