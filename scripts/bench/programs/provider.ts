import { type AddressInfo, createServer, type Socket } from 'node:net';
import { ANSWER, contentEvents, httpChunk, lastEvents, MODELS, REFUSAL, STREAM_HEAD } from './provider-answers.js';
import { RequestReader } from './request-reader.js';

/**
 * A provider in front of a bare socket, so that it is never the bottleneck. It prints its address. What it streams is written in
 * the prompt, which every relay carries: `#bench chunks=100 gap=20 batch=1;`.
 */
interface StreamShape {
  readonly chunks: number;
  /** Milliseconds between two writes; 0 for as fast as the relay reads. */
  readonly gap: number;
  /** Chunks in one write. */
  readonly batch: number;
}

let refused = 0;

const shapeOf = (body: Buffer): StreamShape => {
  const at = body.indexOf('#bench ');
  const words = at === -1 ? '' : body.toString('latin1', at, at + 100).split(';', 1)[0];
  const named = new Map([...(words ?? '').matchAll(/(\w+)=(\d+)/g)].map(([, name, value]) => [name, Number(value)]));
  return { chunks: named.get('chunks') ?? 10, gap: named.get('gap') ?? 5, batch: named.get('batch') ?? 1 };
};

const stream = (socket: Socket, { chunks, gap, batch }: StreamShape, withUsage: boolean): void => {
  let sent = 0;
  const sendNext = (): boolean => {
    const count = Math.min(batch, chunks - sent);
    sent += count;
    return socket.write(httpChunk(contentEvents(count)));
  };
  const finish = (): void => void socket.write(`${httpChunk(lastEvents(chunks, withUsage))}0\r\n\r\n`);
  socket.cork();
  socket.write(STREAM_HEAD);
  sendNext();
  socket.uncork();
  if (gap === 0) {
    const pump = (): void => {
      while (!socket.destroyed && sent < chunks) if (!sendNext()) return void socket.once('drain', pump);
      if (!socket.destroyed) finish();
    };
    setImmediate(pump);
    return;
  }
  const timer = setInterval(() => {
    if (sent < chunks) return void sendNext();
    stop();
    finish();
  }, gap);
  const stop = (): void => {
    clearInterval(timer);
    socket.off('close', stop);
  };
  socket.on('close', stop);
};

const STREAMED = /"stream": ?true/;

const answer = (socket: Socket, head: string, body: Buffer): void => {
  if (head.startsWith('GET /refused')) {
    const text = String(refused);
    socket.write(`HTTP/1.1 200 OK\r\ncontent-length: ${text.length}\r\n\r\n${text}`);
  } else if (head.startsWith('GET ')) socket.write(MODELS);
  else if (head.startsWith('POST /refusing')) {
    refused++;
    socket.write(REFUSAL);
  } else {
    // `stream` stands before or behind the prompt.
    const ends = body.length < 4_000 ? body : Buffer.concat([body.subarray(0, 2_000), body.subarray(-2_000)]);
    const text = ends.toString('latin1');
    if (STREAMED.test(text)) stream(socket, shapeOf(body), text.includes('"include_usage":true'));
    else socket.write(ANSWER);
  }
};

const server = createServer((socket) => {
  socket.setNoDelay(true);
  socket.on('error', () => socket.destroy());
  const reader = new RequestReader((head, body) => answer(socket, head, body));
  socket.on('data', (data) => reader.read(data));
});
server.listen({ port: 0, host: '127.0.0.1', backlog: 4_096 }, () => {
  console.log(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
});
