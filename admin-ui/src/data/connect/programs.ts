import { curl, python, typescript } from './snippets.js';

/** How a program reaches this proxy. */
export interface Way {
  /** Such as `http://127.0.0.1:3429`. */
  readonly address: string;
  /** The base URL for programs. */
  readonly baseUrl: string;
  readonly key: string;
  /** The model name for programs. */
  readonly chain: string;
  /** All chains, for programs that list models. */
  readonly chains: readonly string[];
}

/** One step in a program: a text for one of its files, or the fields of one of its forms. */
export type Step =
  | { readonly where: string; readonly language: string; readonly text: (way: Way) => string }
  | { readonly where: string; readonly fields: (way: Way) => readonly (readonly [name: string, value: string])[] };

export interface Program {
  readonly id: string;
  readonly title: string;
  readonly group: 'Code' | 'Coding assistants' | 'Chat' | 'Anything else';
  readonly steps: readonly Step[];
  /** A further note. */
  readonly note?: (way: Way) => string | undefined;
}

const shell = (text: (way: Way) => string): Step => ({ where: 'Terminal', language: 'Shell', text });

/** Works on any machine that reaches the proxy. */
const connectCommand =
  (client: string) =>
  ({ address, key, chain }: Way): string =>
    `export CHAIN_API_KEY=${key}
npx 429chain connect ${client} --url ${address} --chain ${shellWord(chain)}`;

const shellWord = (text: string): string => (/^[\w./:@-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`);

const UNDO = (client: string): string => `npx 429chain connect ${client} --undo restores the file.`;

const hello = ({ address, key, chain }: Way) => ({
  address,
  key,
  body: { model: chain, messages: [{ role: 'user', content: 'Hello' }] },
});

const json = (value: unknown): string => JSON.stringify(value, undefined, 2);

const LOOPBACK = /^(https?:\/\/)(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])(?=[:/]|$)/;

/** Containers reach this machine under another name. */
const fromContainer = (url: string): string => url.replace(LOOPBACK, '$1host.docker.internal');

const containerNote = ({ address }: Way): string | undefined =>
  LOOPBACK.test(address)
    ? 'Inside the container, this machine is host.docker.internal. On Linux, set server.host to 0.0.0.0 so that 429chain accepts its connections.'
    : undefined;

/** An assumed context window: clients do not know the smallest one in a chain. */
const CONTEXT = 128_000;

export const PROGRAMS: readonly Program[] = [
  {
    // https://github.com/openai/openai-node
    id: 'openai-typescript',
    title: 'OpenAI SDK, TypeScript',
    group: 'Code',
    steps: [
      shell(() => 'npm install openai'),
      { where: 'hello.ts', language: 'TypeScript', text: (way) => typescript(hello(way)) },
    ],
  },
  {
    // https://github.com/openai/openai-python
    id: 'openai-python',
    title: 'OpenAI SDK, Python',
    group: 'Code',
    steps: [
      shell(() => 'pip install openai'),
      { where: 'hello.py', language: 'Python', text: (way) => python(hello(way)) },
    ],
  },
  {
    // https://github.com/anthropics/anthropic-sdk-typescript
    id: 'anthropic-typescript',
    title: 'Anthropic SDK, TypeScript',
    group: 'Code',
    steps: [
      shell(() => 'npm install @anthropic-ai/sdk'),
      {
        where: 'hello.ts',
        language: 'TypeScript',
        text: ({ address, key, chain }) => `import Anthropic from '@anthropic-ai/sdk';

const client = new Anthropic({ baseURL: '${address}', apiKey: '${key}' });
const message = await client.messages.create({
  model: '${chain}',
  max_tokens: 1000,
  messages: [{ role: 'user', content: 'Hello' }],
});
for (const block of message.content) if (block.type === 'text') console.log(block.text);`,
      },
    ],
  },
  {
    // https://github.com/anthropics/anthropic-sdk-python
    id: 'anthropic-python',
    title: 'Anthropic SDK, Python',
    group: 'Code',
    steps: [
      shell(() => 'pip install anthropic'),
      {
        where: 'hello.py',
        language: 'Python',
        text: ({ address, key, chain }) => `from anthropic import Anthropic

client = Anthropic(base_url="${address}", api_key="${key}")
message = client.messages.create(
    model="${chain}",
    max_tokens=1000,
    messages=[{"role": "user", "content": "Hello"}],
)
for block in message.content:
    if block.type == "text":
        print(block.text)`,
      },
    ],
  },
  {
    // https://ai-sdk.dev/providers/openai-compatible-providers
    id: 'vercel-ai-sdk',
    title: 'Vercel AI SDK',
    group: 'Code',
    steps: [
      shell(() => 'npm install ai @ai-sdk/openai-compatible'),
      {
        where: 'hello.ts',
        language: 'TypeScript',
        text: ({ baseUrl, key, chain }) => `import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { generateText } from 'ai';

const provider = createOpenAICompatible({ name: '429chain', baseURL: '${baseUrl}', apiKey: '${key}' });
const { text } = await generateText({ model: provider.chatModel('${chain}'), prompt: 'Hello' });
console.log(text);`,
      },
    ],
  },
  {
    // https://docs.langchain.com/oss/javascript/integrations/chat/openai
    id: 'langchain-js',
    title: 'LangChain, JavaScript',
    group: 'Code',
    steps: [
      shell(() => 'npm install @langchain/openai @langchain/core'),
      {
        where: 'hello.ts',
        language: 'TypeScript',
        text: ({ baseUrl, key, chain }) => `import { ChatOpenAI } from '@langchain/openai';

const model = new ChatOpenAI({ model: '${chain}', apiKey: '${key}', configuration: { baseURL: '${baseUrl}' } });
const answer = await model.invoke('Hello');
console.log(answer.text);`,
      },
    ],
  },
  {
    // https://docs.langchain.com/oss/python/integrations/chat/openai
    id: 'langchain-python',
    title: 'LangChain, Python',
    group: 'Code',
    steps: [
      shell(() => 'pip install langchain-openai'),
      {
        where: 'hello.py',
        language: 'Python',
        text: ({ baseUrl, key, chain }) => `from langchain_openai import ChatOpenAI

model = ChatOpenAI(model="${chain}", base_url="${baseUrl}", api_key="${key}")
print(model.invoke("Hello").content)`,
      },
    ],
  },
  {
    id: 'curl',
    title: 'curl',
    group: 'Code',
    steps: [shell((way) => curl(hello(way)))],
  },
  {
    // https://aider.chat/docs/llms/openai-compat.html
    id: 'aider',
    title: 'Aider',
    group: 'Coding assistants',
    steps: [
      shell(connectCommand('aider')),
      {
        where: 'Or for one session',
        language: 'Shell',
        text: ({ baseUrl, key, chain }) => `export OPENAI_API_BASE=${baseUrl}
export OPENAI_API_KEY=${key}
aider --model openai/${chain}`,
      },
    ],
    note: () =>
      `Aider needs openai/ before the name. It warns that it does not know the model. You can ignore that. ${UNDO('aider')}`,
  },
  {
    // https://docs.cline.bot/provider-config/openai-compatible
    id: 'cline',
    title: 'Cline',
    group: 'Coding assistants',
    steps: [
      {
        where: 'Cline, Settings, API Configuration',
        fields: ({ baseUrl, key, chain }) => [
          ['API Provider', 'OpenAI Compatible'],
          ['Base URL', baseUrl],
          ['OpenAI Compatible API Key', key],
          ['Model ID', chain],
        ],
      },
    ],
  },
  {
    // https://code.claude.com/docs/en/llm-gateway
    id: 'claude-code',
    title: 'Claude Code',
    group: 'Coding assistants',
    steps: [
      shell(connectCommand('claude')),
      {
        where: 'Or by hand: ~/.claude/settings.json',
        language: 'JSON',
        text: ({ address, key, chain }) =>
          json({
            env: {
              ANTHROPIC_BASE_URL: address,
              ANTHROPIC_AUTH_TOKEN: key,
              ANTHROPIC_MODEL: chain,
              ANTHROPIC_DEFAULT_OPUS_MODEL: chain,
              ANTHROPIC_DEFAULT_SONNET_MODEL: chain,
              ANTHROPIC_DEFAULT_HAIKU_MODEL: chain,
            },
          }),
      },
    ],
    note: () =>
      `Claude Code sends small side requests to the Haiku model. You can set a fast chain there. ${UNDO('claude')}`,
  },
  {
    // https://developers.openai.com/codex/config-reference
    id: 'codex',
    title: 'Codex CLI',
    group: 'Coding assistants',
    steps: [
      shell(connectCommand('codex')),
      {
        where: 'Or by hand: ~/.codex/config.toml',
        language: 'TOML',
        text: ({ baseUrl, key, chain }) => `model_provider = "429chain"
model = ${json(chain)}

[model_providers.429chain]
name = "429chain"
base_url = ${json(baseUrl)}
wire_api = "responses"
experimental_bearer_token = ${json(key)}`,
      },
    ],
    note: () => `Codex warns that it does not know the model. You can ignore that. ${UNDO('codex')}`,
  },
  {
    // https://docs.continue.dev/customize/model-providers/top-level/openai
    id: 'continue',
    title: 'Continue',
    group: 'Coding assistants',
    steps: [
      {
        where: '~/.continue/config.yaml',
        language: 'YAML',
        text: ({ baseUrl, key, chains }) => `name: My configuration
version: 1.0.0
schema: v1
models:
${chains
  .map(
    (chain) => `  - name: ${json(`429chain ${chain}`)}
    provider: openai
    model: ${json(chain)}
    apiBase: ${baseUrl}
    apiKey: ${json(key)}
    roles: [chat, edit, apply]`,
  )
  .join('\n')}`,
      },
    ],
    note: () => 'If the file has models already, add the entries below "models:" to them.',
  },
  {
    // https://opencode.ai/docs/providers
    id: 'opencode',
    title: 'opencode',
    group: 'Coding assistants',
    steps: [
      shell(connectCommand('opencode')),
      {
        where: 'Or by hand: ~/.config/opencode/opencode.json',
        language: 'JSON',
        text: ({ baseUrl, chain, chains }) =>
          json({
            $schema: 'https://opencode.ai/config.json',
            model: `429chain/${chain}`,
            provider: {
              '429chain': {
                npm: '@ai-sdk/openai-compatible',
                name: '429chain',
                options: { baseURL: baseUrl, apiKey: '{env:CHAIN_API_KEY}' },
                models: Object.fromEntries(chains.map((name) => [name, { name }])),
              },
            },
          }),
      },
      shell(({ key }) => `export CHAIN_API_KEY=${key}\nopencode`),
    ],
  },
  {
    // https://zed.dev/docs/ai/use-api-access#openai-compatible
    id: 'zed',
    title: 'Zed',
    group: 'Coding assistants',
    steps: [
      {
        where: '~/.config/zed/settings.json',
        language: 'JSON',
        text: ({ baseUrl, chains }) =>
          json({
            language_models: {
              openai_compatible: {
                chain: {
                  api_url: baseUrl,
                  available_models: chains.map((name) => ({
                    name,
                    display_name: `429chain ${name}`,
                    max_tokens: CONTEXT,
                    capabilities: { tools: true, images: false, parallel_tool_calls: false, prompt_cache_key: false },
                  })),
                },
              },
            },
          }),
      },
      shell(({ key }) => `export CHAIN_API_KEY=${key}\nzed`),
    ],
    note: () =>
      'Zed takes the key from CHAIN_API_KEY, or from Settings, AI, LLM Providers. max_tokens is the context window: set it to that of the smallest model in the chain.',
  },
  {
    // https://docs.openwebui.com/reference/env-configuration
    id: 'open-webui',
    title: 'Open WebUI',
    group: 'Chat',
    steps: [
      {
        where: 'Admin Panel, Settings, Connections, OpenAI API, +',
        fields: ({ baseUrl, key }) => [
          ['URL', fromContainer(baseUrl)],
          ['Key', key],
        ],
      },
      shell(
        ({ baseUrl, key }) => `docker run -d -p 3000:8080 --name open-webui --restart always \\
  --add-host=host.docker.internal:host-gateway \\
  -v open-webui:/app/backend/data \\
  -e OPENAI_API_BASE_URL=${fromContainer(baseUrl)} \\
  -e OPENAI_API_KEY=${key} \\
  ghcr.io/open-webui/open-webui:main`,
      ),
    ],
    note: (way) =>
      ['Use one of the two. Open WebUI reads these variables only at its first start.', containerNote(way)]
        .filter((text) => text !== undefined)
        .join(' '),
  },
  {
    // https://www.librechat.ai/docs/configuration/librechat_yaml/object_structure/custom_endpoint
    id: 'librechat',
    title: 'LibreChat',
    group: 'Chat',
    steps: [
      {
        where: 'librechat.yaml',
        language: 'YAML',
        text: ({ baseUrl, chain, chains }) => `version: 1.3.17
endpoints:
  custom:
    - name: 429chain
      apiKey: '\${CHAIN_API_KEY}'
      baseURL: ${fromContainer(baseUrl)}
      models:
        default: [${chains.map(json).join(', ')}]
        fetch: true
      titleConvo: true
      titleModel: ${json(chain)}
      modelDisplayLabel: 429chain`,
      },
      { where: '.env', language: 'Variables', text: ({ key }) => `CHAIN_API_KEY=${key}` },
    ],
    note: containerNote,
  },
  {
    id: 'other',
    title: 'Another program',
    group: 'Anything else',
    steps: [
      {
        where: 'Settings of an OpenAI-compatible provider',
        fields: ({ baseUrl, key, chain }) => [
          ['Base URL', baseUrl],
          ['API key', key],
          ['Model', chain],
        ],
      },
      {
        where: 'Variables for programs that use OpenAI',
        language: 'Shell',
        text: ({ baseUrl, key }) => `export OPENAI_BASE_URL=${baseUrl}
export OPENAI_API_KEY=${key}`,
      },
      {
        where: 'Variables for programs that use Anthropic',
        language: 'Shell',
        text: ({ address, key }) => `export ANTHROPIC_BASE_URL=${address}
export ANTHROPIC_API_KEY=${key}`,
      },
    ],
    note: () =>
      'The model can be any name: an unknown one means the default chain. Programs for Anthropic need the address without /v1.',
  },
];

export const GROUPS = ['Code', 'Coding assistants', 'Chat', 'Anything else'] as const;
