import { LONG_TEXT } from '../answers.js';
import {
  ANSWER_SCHEMA,
  failureOf,
  has,
  PICTURE,
  type Program,
  same,
  toolCases,
  type Way,
  WEATHER_SCHEMA,
} from '../program.js';

type ModelOf = (way: Way, chain: string) => Promise<any>;

const WEATHER = { name: 'get_weather', description: 'The weather', schema: WEATHER_SCHEMA };

const casesOf = (modelOf: ModelOf): Program['cases'] => {
  const loop = async (way: Way, question: string): Promise<string> => {
    const { HumanMessage, ToolMessage } = await way.load('@langchain/core/messages');
    const { tool } = await way.load('@langchain/core/tools');
    const weather = tool(({ city }: any) => `21 degrees in ${city}`, WEATHER);
    const model = (await modelOf(way, way.chain)).bindTools([weather]);
    const messages: any[] = [new HumanMessage(question)];
    for (let turn = 0; turn < 4; turn++) {
      const answer = await model.invoke(messages);
      messages.push(answer);
      if (!answer.tool_calls?.length) return answer.text;
      for (const { id, args } of answer.tool_calls) {
        messages.push(new ToolMessage({ content: `21 degrees in ${args.city}`, tool_call_id: id }));
      }
    }
    throw new Error('The tools were called again and again.');
  };
  return {
    plain: async (way) => {
      const answer = await (await modelOf(way, way.chain)).invoke('Hello');
      same([answer.text, answer.usage_metadata.input_tokens], ['Hello from the model.', 20]);
    },
    stream: async (way) => {
      let text = '';
      for await (const chunk of await (await modelOf(way, way.chain)).stream('Hello')) text += chunk.text;
      same(text, 'Hello from the model.');
    },
    ...toolCases(loop),
    structured: async (way) => {
      const model = (await modelOf(way, way.chain)).withStructuredOutput(ANSWER_SCHEMA, {
        name: 'weather',
        method: 'jsonSchema',
      });
      same(await model.invoke('The weather?'), { city: 'Paris', degrees: 21 });
    },
    picture: async (way) => {
      const { HumanMessage } = await way.load('@langchain/core/messages');
      const content = [
        { type: 'text', text: 'What is this?' },
        { type: 'image_url', image_url: { url: `data:image/png;base64,${PICTURE}` } },
      ];
      const answer = await (await modelOf(way, way.chain)).invoke([new HumanMessage({ content })]);
      same(answer.text, 'I see a picture.');
    },
    error: async (way) => {
      const model = await modelOf(way, way.chain);
      has((await failureOf(() => model.invoke('Please be refused'))).message, 'refuses this');
    },
    'break in the middle': async (way) => {
      let text = '';
      for await (const chunk of await (await modelOf(way, way.breaking)).stream('Please tell the story'))
        text += chunk.text;
      same(text, LONG_TEXT);
    },
  };
};

const openAi =
  (useResponsesApi: boolean): ModelOf =>
  async ({ address, key, load }, model) =>
    new (await load('@langchain/openai')).ChatOpenAI({
      model,
      apiKey: key,
      useResponsesApi,
      maxRetries: 0,
      configuration: { baseURL: `${address}/v1` },
    });

const PACKAGES = ['@langchain/openai@1.5.8', '@langchain/core@1'];

export const langchainResponses: Program = {
  title: 'LangChain, ChatOpenAI with responses',
  packages: PACKAGES,
  protocol: 'Responses',
  cases: casesOf(openAi(true)),
};

export const langchainChat: Program = {
  title: 'LangChain, ChatOpenAI',
  packages: PACKAGES,
  protocol: 'Chat completions',
  cases: casesOf(openAi(false)),
};

export const langchainAnthropic: Program = {
  title: 'LangChain, ChatAnthropic',
  packages: ['@langchain/anthropic@1.5.11', '@langchain/core@1'],
  protocol: 'Messages',
  cases: casesOf(
    async ({ address, key, load }, model) =>
      new (await load('@langchain/anthropic')).ChatAnthropic({
        model,
        apiKey: key,
        anthropicApiUrl: address,
        maxRetries: 0,
        maxTokens: 1_000,
      }),
  ),
};
