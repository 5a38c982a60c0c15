import { request, type ServerResponse } from 'node:http';

const FRAMES = 400;
const GAP_MS = 3;

/** A request with this word asks the upstream for a slow stream. */
export const PACED = 'paced';

/** Sends frames one by one, each with the time at which it was sent. */
export const answerPaced = (res: ServerResponse): void => {
  res.writeHead(200, { 'content-type': 'text/event-stream' });
  let left = FRAMES;
  const timer = setInterval(() => {
    if (left-- > 0) {
      const content = String(performance.now());
      res.write(`data: {"id":"x","choices":[{"index":0,"delta":{"content":"${content} "}}]}\n\n`);
      return;
    }
    clearInterval(timer);
    res.end('data: {"id":"x","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n');
  }, GAP_MS);
};

/** Measures the ms from the provider's socket to the client's, for each frame of a stream through the relay at `port`. */
export const chunkDelays = (port: number): Promise<number[]> =>
  new Promise((resolve, reject) => {
    const delays: number[] = [];
    const outgoing = request({
      port,
      host: '127.0.0.1',
      path: '/v1/chat/completions',
      method: 'POST',
      headers: HEADERS,
    });
    outgoing.on('error', reject);
    outgoing.on('response', (incoming) => {
      incoming.on('data', (chunk: Buffer) => {
        const now = performance.now();
        for (const [, sentAt] of chunk.toString().matchAll(/"content":"([\d.]+) "/g)) delays.push(now - Number(sentAt));
      });
      incoming.on('end', () => resolve(delays));
    });
    outgoing.end(JSON.stringify({ model: 'default', stream: true, messages: [{ role: 'user', content: PACED }] }));
  });

const HEADERS = { 'content-type': 'application/json', authorization: 'Bearer bench' };
