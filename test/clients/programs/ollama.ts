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
  const { Ollama } = await load('ollama');
  return new Ollama({ host: address, headers: { authorization: `Bearer ${key}` } });
};

const TOOLS = [{ type: 'function', function: { name: 'get_weather', description: '', parameters: WEATHER_SCHEMA } }];

const loop = async (way: Way, question: string): Promise<string> => {
  const ollama = await client(way);
  const messages: any[] = [{ role: 'user', content: question }];
  for (let turn = 0; turn < 4; turn++) {
    const { message } = await ollama.chat({ model: way.chain, messages, tools: TOOLS });
    messages.push(message);
    if (!message.tool_calls?.length) return message.content;
    for (const { function: called } of message.tool_calls) {
      messages.push({ role: 'tool', tool_name: called.name, content: `21 degrees in ${called.arguments.city}` });
    }
  }
  throw new Error('The tools were called again and again.');
};

const ask = (model: string, content: string): any => ({ model, messages: [{ role: 'user', content }] });

export const ollama: Program = {
  title: 'Ollama client',
  packages: ['ollama@0.6.4'],
  protocol: 'Ollama',
  cases: {
    plain: async (way) => {
      const ollama = await client(way);
      same((await ollama.chat(ask(way.chain, 'Hello'))).message.content, 'Hello from the model.');
      same((await ollama.generate({ model: way.chain, prompt: 'Hello' })).response, 'Hello from the model.');
      has((await ollama.list()).models, way.chain);
    },
    stream: async (way) => {
      let text = '';
      for await (const part of await (await client(way)).chat({ ...ask(way.chain, 'Hello'), stream: true })) {
        text += part.message.content;
      }
      same(text, 'Hello from the model.');
    },
    ...toolCases(loop),
    structured: async (way) => {
      const { message } = await (await client(way)).chat({ ...ask(way.chain, 'The weather?'), format: ANSWER_SCHEMA });
      same(JSON.parse(message.content), { city: 'Paris', degrees: 21 });
    },
    picture: async (way) => {
      const messages = [{ role: 'user', content: 'What is this?', images: [PICTURE] }];
      same((await (await client(way)).chat({ model: way.chain, messages })).message.content, 'I see a picture.');
    },
    error: async (way) => {
      const ollama = await client(way);
      const error = await failureOf(() => ollama.chat(ask(way.chain, 'Please be refused')));
      same(error.status_code, 400);
      has(error.message, 'refuses this');
    },
    abort: async (way) => {
      const before = way.left();
      const stream = await (await client(way)).chat({ ...ask(way.chain, 'Please count for ever'), stream: true });
      let parts = 0;
      const read = async (): Promise<void> => {
        for await (const _ of stream) if (++parts === 5) stream.abort();
      };
      await read().catch(() => {});
      await until(() => way.left() > before, 'The abort at the model');
    },
    'break in the middle': async (way) => {
      let text = '';
      const asked = { ...ask(way.breaking, 'Please tell the story'), stream: true };
      for await (const part of await (await client(way)).chat(asked)) text += part.message.content;
      same(text, LONG_TEXT);
    },
  },
};
