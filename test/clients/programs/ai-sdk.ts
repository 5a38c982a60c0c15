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

/** Makes a model of the AI SDK for a chain. */
type ModelOf = (way: Way, chain: string) => Promise<any>;

const tools = async ({ load }: Way, sdk: string) => {
  const { tool, jsonSchema } = await load(sdk);
  return {
    get_weather: tool({
      description: 'The weather',
      inputSchema: jsonSchema(WEATHER_SCHEMA),
      execute: ({ city }: any) => `21 degrees in ${city}`,
    }),
  };
};

/** `sdk` is the package of the AI SDK. */
const casesOf = (modelOf: ModelOf, sdk = 'ai'): Program['cases'] => {
  const loop = async (way: Way, question: string): Promise<string> => {
    const { streamText, stepCountIs } = await way.load(sdk);
    const model = await modelOf(way, way.chain);
    const result = streamText({
      model,
      prompt: question,
      tools: await tools(way, sdk),
      stopWhen: stepCountIs(4),
      maxRetries: 0,
    });
    return await result.text;
  };
  return {
    plain: async (way) => {
      const { generateText } = await way.load(sdk);
      const { text, usage } = await generateText({
        model: await modelOf(way, way.chain),
        prompt: 'Hello',
        maxRetries: 0,
      });
      same([text, usage.inputTokens, usage.outputTokens], ['Hello from the model.', 20, 10]);
    },
    stream: async (way) => {
      const { streamText } = await way.load(sdk);
      const result = streamText({ model: await modelOf(way, way.chain), prompt: 'Hello', maxRetries: 0 });
      let text = '';
      for await (const part of result.textStream) text += part;
      same([text, await result.finishReason], ['Hello from the model.', 'stop']);
    },
    // The model says a word before its call: the next turn refers to it by its id.
    ...toolCases(loop),
    structured: async (way) => {
      const { generateObject, jsonSchema } = await way.load(sdk);
      const model = await modelOf(way, way.chain);
      const { object } = await generateObject({
        model,
        prompt: 'The weather?',
        schema: jsonSchema(ANSWER_SCHEMA),
        maxRetries: 0,
      });
      same(object, { city: 'Paris', degrees: 21 });
    },
    picture: async (way) => {
      const { generateText } = await way.load(sdk);
      const content = [
        { type: 'text', text: 'What is this?' },
        { type: 'image', image: Buffer.from(PICTURE, 'base64'), mediaType: 'image/png' },
      ];
      const model = await modelOf(way, way.chain);
      const { text } = await generateText({ model, messages: [{ role: 'user', content }], maxRetries: 0 });
      same(text, 'I see a picture.');
    },
    error: async (way) => {
      const { generateText } = await way.load(sdk);
      const model = await modelOf(way, way.chain);
      const error = await failureOf(() => generateText({ model, prompt: 'Please be refused', maxRetries: 0 }));
      same(error.statusCode, 400);
      has(error.message, 'refuses this');
    },
    abort: async (way) => {
      const { streamText } = await way.load(sdk);
      const before = way.left();
      const abort = new AbortController();
      const model = await modelOf(way, way.chain);
      const result = streamText({
        model,
        prompt: 'Please count for ever',
        abortSignal: abort.signal,
        maxRetries: 0,
        onError: () => {},
      });
      let parts = 0;
      for await (const _ of result.textStream) if (++parts === 5) abort.abort();
      await until(() => way.left() > before, 'The abort at the model');
    },
    'break in the middle': async (way) => {
      const { streamText } = await way.load(sdk);
      const result = streamText({
        model: await modelOf(way, way.breaking),
        prompt: 'Please tell the story',
        maxRetries: 0,
      });
      same(await result.text, LONG_TEXT);
    },
  };
};

export const aiSdkOpenAi: Program = {
  title: 'AI SDK, @ai-sdk/openai',
  packages: ['ai@6.0.326', '@ai-sdk/openai@3.0.141', 'zod@4'],
  protocol: 'Responses',
  cases: casesOf(async ({ address, key, load }, chain) =>
    (await load('@ai-sdk/openai')).createOpenAI({ baseURL: `${address}/v1`, apiKey: key })(chain),
  ),
};

export const aiSdkAnthropic: Program = {
  title: 'AI SDK, @ai-sdk/anthropic',
  packages: ['ai@6.0.326', '@ai-sdk/anthropic@3.0.140', 'zod@4'],
  protocol: 'Messages',
  cases: casesOf(async ({ address, key, load }, chain) =>
    (await load('@ai-sdk/anthropic')).createAnthropic({ baseURL: `${address}/v1`, apiKey: key })(chain),
  ),
};

export const aiSdk5: Program = {
  title: 'AI SDK 5, @ai-sdk/openai',
  packages: ['ai-5@npm:ai@5', 'ai-openai-2@npm:@ai-sdk/openai@2', 'zod@4'],
  protocol: 'Responses',
  cases: casesOf(
    async ({ address, key, load }, chain) =>
      (await load('ai-openai-2')).createOpenAI({ baseURL: `${address}/v1`, apiKey: key })(chain),
    'ai-5',
  ),
};
