import { LONG_TEXT } from '../answers.js';
import {
  ANSWER_SCHEMA,
  failureOf,
  has,
  PICTURE,
  type Program,
  same,
  toolCases,
  until,
  type Way,
  WEATHER_SCHEMA,
} from '../program.js';

const client = async ({ address, key, load }: Way) => {
  const { default: OpenAI } = await load('openai');
  return new OpenAI({ baseURL: `${address}/v1`, apiKey: key, maxRetries: 0 });
};

const TOOLS = [{ type: 'function', name: 'get_weather', parameters: WEATHER_SCHEMA, strict: true }];

/** Asks, runs the tools that are called, and asks again until there is a text. */
const loop = async (way: Way, question: string): Promise<{ text: string; calls: number }> => {
  const openai = await client(way);
  const input: any[] = [{ role: 'user', content: question }];
  let calls = 0;
  for (let turn = 0; turn < 4; turn++) {
    const stream = openai.responses.stream({ model: way.chain, input, tools: TOOLS });
    const response = await stream.finalResponse();
    const called = response.output.filter((item: any) => item.type === 'function_call');
    if (called.length === 0) return { text: response.output_text, calls };
    calls += called.length;
    input.push(...response.output);
    for (const call of called) {
      const { city } = JSON.parse(call.arguments);
      input.push({ type: 'function_call_output', call_id: call.call_id, output: `21 degrees in ${city}` });
    }
  }
  throw new Error('The tools were called again and again.');
};

export const openaiResponses: Program = {
  title: 'OpenAI SDK, responses',
  packages: ['openai@6.49.0'],
  protocol: 'Responses',
  cases: {
    plain: async (way) => {
      const response = await (await client(way)).responses.create({ model: way.chain, input: 'Hello' });
      same(response.output_text, 'Hello from the model.');
      same([response.usage.input_tokens, response.usage.output_tokens, response.status], [20, 10, 'completed']);
    },
    stream: async (way) => {
      const openai = await client(way);
      let text = '';
      const stream = openai.responses.stream({ model: way.chain, input: 'Hello' });
      stream.on('response.output_text.delta', ({ delta }: any) => {
        text += delta;
      });
      const response = await stream.finalResponse();
      same([text, response.output_text], ['Hello from the model.', 'Hello from the model.']);
      has(response.output, 'A greeting.');
    },
    tools: async (way) => {
      const { text, calls } = await loop(way, 'What is the weather in Paris?');
      same([text, calls], ['The tools say: 21 degrees in Paris', 1]);
    },
    'parallel tools': async (way) => {
      const { text, calls } = await loop(way, 'What is the weather in Paris and Rome?');
      same([text, calls], ['The tools say: 21 degrees in Paris and 21 degrees in Rome', 2]);
    },
    structured: async (way) => {
      const response = await (await client(way)).responses.parse({
        model: way.chain,
        input: 'The weather?',
        text: { format: { type: 'json_schema', name: 'weather', schema: ANSWER_SCHEMA, strict: true } },
      });
      same(response.output_parsed, { city: 'Paris', degrees: 21 });
    },
    picture: async (way) => {
      const content = [
        { type: 'input_text', text: 'What is this?' },
        { type: 'input_image', image_url: `data:image/png;base64,${PICTURE}`, detail: 'auto' },
      ];
      const response = await (await client(way)).responses.create({
        model: way.chain,
        input: [{ role: 'user', content }],
      });
      same(response.output_text, 'I see a picture.');
    },
    error: async (way) => {
      const openai = await client(way);
      const error = await failureOf(() => openai.responses.create({ model: way.chain, input: 'Please be refused' }));
      same([error.status, error.constructor.name], [400, 'BadRequestError']);
      has(error.message, 'refuses this');
    },
    abort: async (way) => {
      const before = way.left();
      const stream = await (await client(way)).responses.create({
        model: way.chain,
        input: 'Please count for ever',
        stream: true,
      });
      let events = 0;
      for await (const _ of stream) if (++events === 10) break;
      await until(() => way.left() > before, 'The abort at the model');
    },
    'break in the middle': async (way) => {
      const stream = (await client(way)).responses.stream({ model: way.breaking, input: 'Please tell the story' });
      same((await stream.finalResponse()).output_text, LONG_TEXT);
    },
  },
};

const chatTools = async (way: Way, question: string): Promise<string> => {
  const openai = await client(way);
  const runner = openai.chat.completions.runTools({
    model: way.chain,
    stream: true,
    messages: [{ role: 'user', content: question }],
    tools: [
      {
        type: 'function',
        function: {
          name: 'get_weather',
          parameters: WEATHER_SCHEMA,
          parse: JSON.parse,
          function: ({ city }: any) => `21 degrees in ${city}`,
        },
      },
    ],
  });
  return await runner.finalContent();
};

export const openaiChat: Program = {
  title: 'OpenAI SDK, chat completions',
  packages: ['openai@6.49.0'],
  protocol: 'Chat completions',
  cases: {
    plain: async (way) => {
      const openai = await client(way);
      const answer = await openai.chat.completions.create({
        model: way.chain,
        messages: [{ role: 'user', content: 'Hello' }],
      });
      same(answer.choices[0].message.content, 'Hello from the model.');
    },
    stream: async (way) => {
      const openai = await client(way);
      const runner = openai.chat.completions.stream({
        model: way.chain,
        messages: [{ role: 'user', content: 'Hello' }],
      });
      same(await runner.finalContent(), 'Hello from the model.');
    },
    ...toolCases(chatTools),
    structured: async (way) => {
      const openai = await client(way);
      const answer = await openai.chat.completions.parse({
        model: way.chain,
        messages: [{ role: 'user', content: 'The weather?' }],
        response_format: { type: 'json_schema', json_schema: { name: 'weather', schema: ANSWER_SCHEMA, strict: true } },
      });
      same(answer.choices[0].message.parsed, { city: 'Paris', degrees: 21 });
    },
    picture: async (way) => {
      const openai = await client(way);
      const content = [
        { type: 'text', text: 'What is this?' },
        { type: 'image_url', image_url: { url: `data:image/png;base64,${PICTURE}` } },
      ];
      const answer = await openai.chat.completions.create({ model: way.chain, messages: [{ role: 'user', content }] });
      same(answer.choices[0].message.content, 'I see a picture.');
    },
    error: async (way) => {
      const openai = await client(way);
      const messages = [{ role: 'user', content: 'Please be refused' }];
      const error = await failureOf(() => openai.chat.completions.create({ model: way.chain, messages }));
      same([error.status, error.constructor.name], [400, 'BadRequestError']);
    },
    abort: async (way) => {
      const before = way.left();
      const messages = [{ role: 'user', content: 'Please count for ever' }];
      const stream = await (await client(way)).chat.completions.create({ model: way.chain, messages, stream: true });
      let chunks = 0;
      for await (const _ of stream) if (++chunks === 5) break;
      await until(() => way.left() > before, 'The abort at the model');
    },
    'break in the middle': async (way) => {
      const messages = [{ role: 'user', content: 'Please tell the story' }];
      const runner = (await client(way)).chat.completions.stream({ model: way.breaking, messages });
      same(await runner.finalContent(), LONG_TEXT);
    },
  },
};

export const openaiEmbeddings: Program = {
  title: 'OpenAI SDK, embeddings',
  packages: ['openai@6.49.0'],
  protocol: 'Embeddings',
  cases: {
    plain: async (way) => {
      const openai = await client(way);
      const { data } = await openai.embeddings.create({ model: way.chain, input: ['a', 'b'] });
      same(
        data.map(({ embedding }: any) => embedding),
        [
          [0.5, 0],
          [0.5, 1],
        ],
      );
    },
  },
};

export const openaiAudio: Program = {
  title: 'OpenAI SDK, audio',
  packages: ['openai@6.49.0'],
  protocol: 'Audio',
  cases: {
    plain: async (way) => {
      const openai = await client(way);
      const { toFile } = await way.load('openai');
      const file = await toFile(Buffer.from('RIFF, a recording'), 'hello.wav', { type: 'audio/wav' });
      same((await openai.audio.transcriptions.create({ model: way.chain, file })).text, 'Hello from the recording.');
      const speech = await openai.audio.speech.create({ model: way.chain, voice: 'alloy', input: 'Hello' });
      has(Buffer.from(await speech.arrayBuffer()).toString(), 'RIFF, as a simulated voice');
    },
  },
};
