import { isErrorBody } from '429chain/plugin';
import { expect } from 'chai';

const chunk = (more: object) => ({ id: 'c', object: 'chat.completion.chunk', choices: [], ...more });

const ERRORS: readonly (readonly [it: string, body: unknown])[] = [
  ["OpenAI's envelope", { error: { message: 'no', type: 't', param: null, code: null } }],
  ['an error that is a string (Ollama)', { error: 'model not found' }],
  ['a list with one error (Gemini)', [{ error: { code: 429, message: 'no' } }]],
  ['errors (Cloudflare)', { success: false, errors: [{ code: 4006, message: 'no' }], result: {}, messages: [] }],
  ['an object of errors (ModelScope)', { errors: { message: 'no' }, request_id: 'r' }],
  ['a map of fields (Rails)', { errors: { model: ['is invalid'] } }],
  ['a flat error without a code (Cohere, OVHcloud)', { id: 'x', message: 'no' }],
  [
    'a flat error (Cerebras)',
    { message: 'no', type: 'too_many_requests_error', param: 'quota', code: 'queue_exceeded' },
  ],
  ['a flat error with a number (SiliconFlow)', { code: 20_012, message: 'no', data: null }],
  ['object: error (Mistral, vLLM)', { object: 'error', message: 'no', type: 'BadRequestError', code: 400 }],
  ['type: error', { type: 'error', message: 'no' }],
  ["Anthropic's envelope", { type: 'error', error: { type: 'overloaded_error', message: 'no' } }],
  ['problem+json (NVIDIA)', { status: 429, title: 'Too Many Requests' }],
  ['a status with its words', { status: '503 Service Unavailable' }],
  ['a detail (FastAPI)', { detail: [{ loc: ['body', 'x'], msg: 'no', type: 't' }] }],
  ['a fault', { fault: { faultstring: 'no' } }],
  ['a fault in Pascal case', { Fault: { Message: 'no' } }],
  ['error fields without an envelope', { errorCode: 'X', errorMessage: 'no' }],
  ['a success that is false', { success: false, msg: 'no' }],
  ['a status code outside HTTP (MiniMax)', { base_resp: { status_code: 1008, status_msg: 'no' } }],
  ['a code alone', { code: 'rate_limit_exceeded' }],
  ['an error beside empty choices', chunk({ error: { message: 'no' } })],
  [
    'an error beside content, as in the last chunk of a broken stream',
    chunk({ choices: [{ delta: { content: 'x' } }], error: { code: 502 } }),
  ],
  ['an error in a choice (OpenRouter)', { choices: [{ error: { message: 'no' }, message: { content: '' } }] }],
  [
    'an error in a response (Responses API)',
    { type: 'response.failed', response: { status: 'failed', error: { code: 'c' } } },
  ],
  ['an error in data', { code: 0, data: { error: 'no' } }],
  ['error: true', { error: true, message: 'no' }],
];

const ANSWERS: readonly (readonly [it: string, body: unknown])[] = [
  ['an answer', { id: 'x', choices: [{ message: { role: 'assistant', content: 'hi' } }] }],
  ['an answer with an error of null', { choices: [{ message: { content: 'hi' } }], error: null }],
  [
    'an answer with an error that is empty',
    { choices: [{ message: { content: 'hi' } }], error: { message: '', code: null } },
  ],
  ['an answer with a status and a message', { status: 'success', message: 'ok', choices: [{ text: 'hi' }] }],
  ['a chunk without choices', chunk({ usage: { prompt_tokens: 1 } })],
  ['a chunk with an error of null', chunk({ error: null })],
  ['a chunk of a Responses stream', { type: 'response.created', response: { status: 'in_progress', error: null } }],
  ['a whole response', { object: 'response', status: 'incomplete', error: null, output: [{ type: 'message' }] }],
  ["a message of Anthropic's", { type: 'message', role: 'assistant', content: [{ type: 'text', text: 'hi' }] }],
  ['an event of Anthropic', { type: 'content_block_stop', index: 0 }],
  ['a ping', { type: 'ping' }],
  ["Ollama's chat", { model: 'm', message: { role: 'assistant', content: '' }, done: true }],
  ["Ollama's text", { model: 'm', response: 'error: none', done: true }],
  ["Cloudflare's success", { success: true, errors: [], messages: [], result: { response: 'hi' } }],
  ['embeddings', { object: 'list', data: [{ embedding: [1] }] }],
  ['an empty list of models', { object: 'list', data: [] }],
  ['a transcript', { text: 'an error' }],
  ['a moderation', { id: 'm', model: 'x', results: [{ flagged: true }] }],
  ['a wrapped answer with code 200', { code: 200, msg: 'done', data: { choices: [{ text: 'hi' }] } }],
  ['a success of MiniMax', { base_resp: { status_code: 0, status_msg: 'success' }, choices: [{ text: 'hi' }] }],
  ['an answer whose text is an error', { choices: [{ message: { content: '{"error":"no"}' } }] }],
  ['an empty object', {}],
  ['an empty list', []],
  ['a list of models', [{ id: 'm', type: 'chat' }]],
  ['a string', 'Invalid token'],
  ['null', null],
  ['a number', 429],
];

describe('an error body is distinguished from an answer', () => {
  for (const [it_, body] of ERRORS) it(`error: ${it_}`, () => expect(isErrorBody(body)).to.equal(true));
  for (const [it_, body] of ANSWERS) it(`answer: ${it_}`, () => expect(isErrorBody(body)).to.equal(false));

  it('in bounded time, however deep or wide it is', () => {
    const deep = JSON.parse(`${'{"error":'.repeat(20_000)}1${'}'.repeat(20_000)}`);
    const wide = Object.fromEntries(Array.from({ length: 50_000 }, (_, index) => [`k${index}`, index]));
    expect(isErrorBody(deep)).to.equal(true);
    expect(isErrorBody(wide)).to.equal(false);
    expect(isErrorBody(JSON.parse('{"__proto__":{"error":"x"},"constructor":1}'))).to.equal(false);
  });
});
