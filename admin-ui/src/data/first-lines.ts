/** What a newcomer pastes elsewhere: a title and the text, which has the key in it. */
export interface Snippet {
  readonly title: string;
  readonly text: string;
}

/** How to reach this proxy from a terminal and by the SDKs. `address` is such as `http://127.0.0.1:3429`. */
export const firstLines = (address: string, chain: string, key: string): readonly Snippet[] => [
  {
    title: 'curl',
    text: `curl ${address}/v1/chat/completions \\
  -H "authorization: Bearer ${key}" \\
  -H "content-type: application/json" \\
  -d '{"model": "${chain}", "messages": [{"role": "user", "content": "Hello"}]}'`,
  },
  {
    title: 'Python',
    text: `from openai import OpenAI

client = OpenAI(base_url="${address}/v1", api_key="${key}")
answer = client.chat.completions.create(
    model="${chain}",
    messages=[{"role": "user", "content": "Hello"}],
)
print(answer.choices[0].message.content)`,
  },
  {
    title: 'TypeScript',
    text: `import OpenAI from 'openai';

const client = new OpenAI({ baseURL: '${address}/v1', apiKey: '${key}' });
const answer = await client.chat.completions.create({
  model: '${chain}',
  messages: [{ role: 'user', content: 'Hello' }],
});
console.log(answer.choices[0].message.content);`,
  },
];
