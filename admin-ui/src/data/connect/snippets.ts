import { literal, PYTHON, TYPESCRIPT } from './literal.js';

/** A chat request and its address. */
export interface Asked {
  /** Such as `http://127.0.0.1:3429`. */
  readonly address: string;
  /** Only for `curl`. Default: that of chat completions. */
  readonly path?: string;
  readonly body: Readonly<Record<string, unknown>>;
  /** Only for `curl`: the name of a file that is sent with the fields as a form. */
  readonly file?: string;
  /** If absent, the code reads the variable `CHAIN_API_KEY`. */
  readonly key?: string;
}

const VARIABLE = 'CHAIN_API_KEY';

const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

/** A command for a POSIX shell. */
export const curl = ({ address, path = '/v1/chat/completions', body, file, key }: Asked): string => {
  const authorization =
    key === undefined ? `"authorization: Bearer $${VARIABLE}"` : quoted(`authorization: Bearer ${key}`);
  const url = `${body.stream === true ? '-N ' : ''}${address}${path}`;
  if (file !== undefined) return [`curl ${url}`, `-H ${authorization}`, ...formOf(body, file)].join(' \\\n  ');
  return `curl ${url} \\
  -H ${authorization} \\
  -H 'content-type: application/json' \\
  -d ${quoted(JSON.stringify(body, undefined, 2))}`;
};

const formOf = (body: Asked['body'], file: string): readonly string[] => [
  ...Object.entries(body).map(([name, value]) => `-F ${quoted(`${name}=${String(value)}`)}`),
  `-F ${quoted(`file=@${file}`)}`,
];

/** Code for the npm package `openai`. */
export const typescript = ({ address, body, key }: Asked): string => {
  const apiKey = key === undefined ? `process.env.${VARIABLE}` : TYPESCRIPT.string(key);
  const result = body.stream === true ? 'stream' : 'answer';
  return `import OpenAI from 'openai';

const client = new OpenAI({ baseURL: '${address}/v1', apiKey: ${apiKey} });
const ${result} = await client.chat.completions.create(${literal(body, TYPESCRIPT)});
${
  body.stream === true
    ? `for await (const chunk of stream) process.stdout.write(chunk.choices[0]?.delta?.content ?? '');`
    : 'console.log(answer.choices[0]?.message.content);'
}`;
};

/** The named parameters of the Python SDK. Other fields go through `extra_body`. */
const KNOWN = new Set(
  'messages model audio frequency_penalty function_call functions logit_bias logprobs max_completion_tokens max_tokens metadata modalities n parallel_tool_calls prediction presence_penalty reasoning_effort response_format seed service_tier stop store stream stream_options temperature tool_choice tools top_logprobs top_p user verbosity web_search_options'.split(
    ' ',
  ),
);

/** Code for the PyPI package `openai`. */
export const python = ({ address, body, key }: Asked): string => {
  const known = Object.entries(body).filter(([name]) => KNOWN.has(name));
  const others = Object.entries(body).filter(([name]) => !KNOWN.has(name));
  const named = others.length === 0 ? known : [...known, ['extra_body', Object.fromEntries(others)] as const];
  const apiKey = key === undefined ? `os.environ["${VARIABLE}"]` : PYTHON.string(key);
  const result = body.stream === true ? 'stream' : 'answer';
  return `${key === undefined ? 'import os\n\n' : ''}from openai import OpenAI

client = OpenAI(base_url="${address}/v1", api_key=${apiKey})
${result} = client.chat.completions.create(
${named.map(([name, value]) => `    ${name}=${literal(value, PYTHON, '    ')},\n`).join('')})
${
  body.stream === true
    ? 'for chunk in stream:\n    if chunk.choices:\n        print(chunk.choices[0].delta.content or "", end="", flush=True)'
    : 'print(answer.choices[0].message.content)'
}`;
};
