import { LONG_TEXT } from '../answers.js';
import { failureOf, has, type Program, same, type Way, WEATHER_SCHEMA } from '../program.js';

const run = async (way: Way, question: string, chain = way.chain, stream = false): Promise<any> => {
  const { Agent, Runner, OpenAIProvider, tool } = await way.load('@openai/agents');
  const provider = new OpenAIProvider({ baseURL: `${way.address}/v1`, apiKey: way.key });
  const weather = tool({
    name: 'get_weather',
    description: 'The weather',
    parameters: WEATHER_SCHEMA,
    strict: true,
    execute: ({ city }: any) => `21 degrees in ${city}`,
  });
  const agent = new Agent({ name: 'Helper', instructions: 'You help.', model: chain, tools: [weather] });
  const runner = new Runner({ modelProvider: provider, tracingDisabled: true });
  const result = await runner.run(agent, question, { stream });
  if (stream) {
    for await (const _ of result) void _;
    await result.completed;
  }
  return result.finalOutput;
};

export const agents: Program = {
  title: 'OpenAI Agents SDK',
  packages: ['@openai/agents@0.20.0', 'zod@4'],
  protocol: 'Responses',
  cases: {
    plain: async (way) => same(await run(way, 'Hello'), 'Hello from the model.'),
    stream: async (way) => same(await run(way, 'Hello', way.chain, true), 'Hello from the model.'),
    tools: async (way) =>
      same(await run(way, 'What is the weather in Paris?', way.chain, true), 'The tools say: 21 degrees in Paris'),
    'parallel tools': async (way) =>
      same(
        await run(way, 'What is the weather in Paris and Rome?'),
        'The tools say: 21 degrees in Paris and 21 degrees in Rome',
      ),
    error: async (way) => has((await failureOf(() => run(way, 'Please be refused'))).message, 'refuses this'),
    'break in the middle': async (way) => same(await run(way, 'Please tell the story', way.breaking, true), LONG_TEXT),
  },
};
