import { isErrorBody } from '429chain/plugin';
import { expect } from 'chai';
import { contentOf } from '../../../../src/engine/stream/frames/content.js';

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
  ['an error in capitals (Volcengine, AWS)', { Error: { Message: 'no' } }],
  ['an error without words, and nothing else', { error: {} }],
  ['an empty text as the error, and nothing else', { error: '' }],
  ["AWS's dialect", { __type: 'ThrottlingException', message: 'no' }],
  ['a message without capacity in place of the choices', { object: 'chat.completion', choices: [], message: 'no' }],
  ['a message under a code of success, and nothing else', { code: 200, message: 'no balance', data: null }],
  ['a negative code', { code: -1, data: null }],
  ['a status by name beside a message (gRPC)', { status: 'invalid_argument', message: 'no' }],
  ['a failed status beside a part of an answer', { status: 'failed', output: [{ type: 'message' }] }],
  ['an event named error with its words inside', { event: 'error', data: { message: 'no', code: 'x' } }],
  ['a body that is JSON text (AWS Lambda)', { statusCode: 200, body: '{"error":{"message":"no"}}' }],
  ['a status inside a result', { result: { status: 'failed', message: 'no' } }],
  ['an error in output (Alibaba)', { output: { error: { message: 'no' } } }],
  ["Tencent's envelope", { Response: { Error: { Code: 'LimitExceeded', Message: 'no' }, RequestId: 'x' } }],
  ['a code in a header (Spark)', { header: { code: 10_013, message: 'no', sid: 's' } }],
  ['a code in a status (Clarifai)', { status: { code: 21_200, description: 'no' } }],
  ['an error in a delta', { choices: [{ index: 0, delta: { error: { message: 'no' } } }] }],
  ['an error in data beside choices', { data: { error: 'no', choices: [{ text: 'x' }] } }],
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
  ['an answer with an error that says none', { choices: [{ message: { content: 'hi' } }], error: 'none' }],
  ['a last chunk with an error that is empty', chunk({ error: { message: '', code: null }, usage: {} })],
  ['a place in a queue', { status: 'queued', message: 'You are number 3' }],
  ['a header of success (Spark)', { header: { code: 0, message: 'Success' }, payload: { choices: { text: [] } } }],
  ['a status of success (Clarifai)', { status: { code: 10_000, description: 'Ok' }, outputs: [] }],
  ['progress', { status: 'in_progress', message: 'The model is thinking' }],
  [
    'a wrapped answer with another code of success',
    { code: 10_000, message: 'Success', data: { choices: [{ text: 'x' }] } },
  ],
  ['a success with its data', { code: 0, message: 'success', data: { id: 'm' } }],
  ["the start of Anthropic's message", { type: 'message_start', message: { role: 'assistant', content: [] } }],
  ["Gemini's answer", { candidates: [{ content: { parts: [] } }], promptFeedback: null }],
  ['a text beside a message', { message: 'warm', text: 'hi' }],
  ["Ollama's text that is JSON", { model: 'm', response: '{"error":"no"}', done: true }],
  ['an empty object', {}],
  ['an empty list', []],
  ['a list of models', [{ id: 'm', type: 'chat' }]],
  ['a string', 'Invalid token'],
  ['null', null],
  ['a number', 429],
];

const hasChoices = (body: unknown): boolean => typeof body === 'object' && body !== null && 'choices' in body;

describe('an error body is distinguished from an answer', () => {
  for (const [it_, body] of ERRORS) it(`error: ${it_}`, () => expect(isErrorBody(body)).to.equal(true));
  for (const [it_, body] of ANSWERS) it(`answer: ${it_}`, () => expect(isErrorBody(body)).to.equal(false));

  for (const [it_, body] of [...ERRORS, ...ANSWERS].filter(([, each]) => hasChoices(each))) {
    it(`the same in a chat: ${it_}`, () => expect(contentOf(body).error !== undefined).to.equal(isErrorBody(body)));
  }

  it('in bounded time, however deep or wide it is', () => {
    const deep = JSON.parse(`${'{"error":'.repeat(20_000)}1${'}'.repeat(20_000)}`);
    const lists = JSON.parse(`${'['.repeat(20_000)}{"error":"no"}${']'.repeat(20_000)}`);
    const wide = Object.fromEntries(Array.from({ length: 50_000 }, (_, index) => [`k${index}`, index]));
    expect(isErrorBody(deep)).to.equal(true);
    expect(isErrorBody(lists)).to.equal(false);
    expect(isErrorBody(wide)).to.equal(false);
    expect(isErrorBody(JSON.parse('{"__proto__":{"error":"x"},"constructor":1}'))).to.equal(false);
  });
});
