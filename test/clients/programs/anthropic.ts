import { LONG_TEXT } from '../answers.js';
import {
  ANSWER_SCHEMA,
  failureOf,
  has,
  PICTURE,
  type Program,
  same,
  until,
  type Way,
  WEATHER_SCHEMA,
} from '../program.js';

const client = async ({ address, key, load }: Way) => {
  const { default: Anthropic } = await load('@anthropic-ai/sdk');
  return new Anthropic({ baseURL: address, apiKey: key, maxRetries: 0 });
};

const ask = (way: Way, content: unknown, model = way.chain): any => ({
  model,
  max_tokens: 1_000,
  messages: [{ role: 'user', content }],
});

const TOOLS = [{ name: 'get_weather', description: 'The weather', input_schema: WEATHER_SCHEMA }];

const loop = async (way: Way, question: string): Promise<{ text: string; calls: number }> => {
  const anthropic = await client(way);
  const messages: any[] = [{ role: 'user', content: question }];
  let calls = 0;
  for (let turn = 0; turn < 4; turn++) {
    const message = await anthropic.messages
      .stream({ model: way.chain, max_tokens: 1_000, messages, tools: TOOLS })
      .finalMessage();
    const called = message.content.filter((block: any) => block.type === 'tool_use');
    if (called.length === 0) return { text: message.content.map((block: any) => block.text ?? '').join(''), calls };
    same(message.stop_reason, 'tool_use');
    calls += called.length;
    messages.push({ role: 'assistant', content: message.content });
    messages.push({
      role: 'user',
      content: called.map(({ id, input }: any) => ({
        type: 'tool_result',
        tool_use_id: id,
        content: `21 degrees in ${input.city}`,
      })),
    });
  }
  throw new Error('The tools were called again and again.');
};

export const anthropicSdk: Program = {
  title: 'Anthropic SDK',
  packages: ['@anthropic-ai/sdk@1.14.0'],
  protocol: 'Messages',
  cases: {
    plain: async (way) => {
      const anthropic = await client(way);
      const message = await anthropic.messages.create(ask(way, 'Hello'));
      same(message.content, [{ type: 'text', text: 'Hello from the model.' }]);
      same([message.stop_reason, message.usage.input_tokens, message.usage.output_tokens], ['end_turn', 20, 10]);
      const { input_tokens: tokens } = await anthropic.messages.countTokens({
        model: way.chain,
        messages: [{ role: 'user', content: 'Hello' }],
      });
      if (!(tokens > 0)) throw new Error('No tokens were counted.');
      has((await anthropic.models.list()).data, way.chain);
    },
    stream: async (way) => {
      const stream = (await client(way)).messages.stream(ask(way, 'Hello'));
      let text = '';
      stream.on('text', (delta: string) => {
        text += delta;
      });
      same([await stream.finalText(), text], ['Hello from the model.', 'Hello from the model.']);
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
      const message = await (await client(way)).messages.create({
        ...ask(way, 'The weather?'),
        output_config: { format: { type: 'json_schema', schema: ANSWER_SCHEMA } },
      });
      same(JSON.parse(message.content[0].text), { city: 'Paris', degrees: 21 });
    },
    picture: async (way) => {
      const content = [
        { type: 'image', source: { type: 'base64', media_type: 'image/png', data: PICTURE } },
        { type: 'text', text: 'What is this?' },
      ];
      const message = await (await client(way)).messages.create(ask(way, content));
      same(message.content[0].text, 'I see a picture.');
    },
    error: async (way) => {
      const anthropic = await client(way);
      const error = await failureOf(() => anthropic.messages.create(ask(way, 'Please be refused')));
      same([error.status, error.constructor.name], [400, 'BadRequestError']);
      has(error.message, 'refuses this');
    },
    abort: async (way) => {
      const before = way.left();
      const stream = (await client(way)).messages.stream(ask(way, 'Please count for ever'));
      let events = 0;
      for await (const _ of stream) if (++events === 10) break;
      await until(() => way.left() > before, 'The abort at the model');
    },
    'break in the middle': async (way) => {
      const stream = (await client(way)).messages.stream(ask(way, 'Please tell the story', way.breaking));
      same(await stream.finalText(), LONG_TEXT);
    },
  },
};
