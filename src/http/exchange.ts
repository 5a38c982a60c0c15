import type { IncomingMessage, ServerResponse } from 'node:http';
import { Caller } from '../engine/caller.js';
import type { ProtocolReply } from '../plugin/door/protocol.js';
import type { Asked } from './asked.js';
import type { CallerStream } from './caller-stream.js';
import type { Spoken } from './protocol-call.js';
import { ResponseHead } from './response-head.js';
import type { BodiesInFlight, BodyBounds, BodyShare } from './uploads/bodies-in-flight.js';
import { endAfterUpload, isUploading, staysEarly } from './uploads/early-answer.js';

/** Statuses of responses without a body. */
const EMPTY: ReadonlySet<number> = new Set([204, 205, 304]);
const JSON_TYPE = 'application/json; charset=utf-8';
const NOTHING = Buffer.alloc(0);
/** A longer body is not copied. */
const LONGEST_COPIED = 16 * 1024;

/**
 * A request that is answered without Koa, and its response. One listener does all that follows from the end of the response,
 * and the headers of the response are written at once.
 */
export class Exchange implements Asked {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  readonly path: string;
  /** Leaves when the response closes before all of it is sent. */
  readonly caller = new Caller();
  /** Set once its protocol is known. */
  spoken: Spoken | undefined;
  readonly #head = new ResponseHead();
  readonly #body: BodyShare = { bytes: 0 };
  #bodies: BodiesInFlight | undefined;
  #onClose: ((sent: boolean) => void) | undefined;

  constructor(req: IncomingMessage, res: ServerResponse, path: string) {
    this.req = req;
    this.res = res;
    this.path = path;
    res.on('close', () => this.#close());
  }

  get querystring(): string {
    return /\?([^#]*)/.exec(this.req.url ?? '')?.[1] ?? '';
  }

  /**
   * Counts the body of the request until the response closes.
   * @throws ChainError `too_many_bodies`
   */
  hold(bytes: number, { bodiesInFlight, maxBodiesInFlight }: BodyBounds): void {
    if (this.res.closed) return;
    this.#bodies = bodiesInFlight;
    bodiesInFlight.hold(this.#body, bytes, maxBodiesInFlight);
  }

  set(name: string, value: string): void {
    this.#head.set(name, value);
  }

  /** Calls the listener when the response closes, or at once if it has closed. `sent`: all of it has left. */
  onClose(listener: (sent: boolean) => void): void {
    if (this.res.closed) listener(this.res.writableFinished);
    else this.#onClose = listener;
  }

  #close(): void {
    const sent = this.res.writableFinished;
    if (!sent) this.caller.leave();
    this.#bodies?.release(this.#body);
    this.#onClose?.(sent);
  }

  /** Begins a streamed response. Does nothing the second time. */
  begin(stream: CallerStream): void {
    stream.begin(this.#head);
  }

  /** Sends what a protocol answers. Without a body, the status is 204. */
  reply({ status = 200, headers = {}, body }: ProtocolReply): Promise<undefined> | undefined {
    for (const name in headers) this.set(name, String(headers[name]));
    if (body === undefined) return this.send(EMPTY.has(status) ? status : 204, NOTHING);
    const type = this.#head.get('content-type');
    if (typeof body === 'string') {
      if (type === undefined) this.set('content-type', `text/${/^\s*</.test(body) ? 'html' : 'plain'}; charset=utf-8`);
      return this.send(status, Buffer.from(body));
    }
    if (type === undefined || !/\bjson\b/i.test(type)) this.set('content-type', JSON_TYPE);
    return this.send(status, Buffer.from(JSON.stringify(body)));
  }

  /** Sends a whole body, whose type is set. A promise only where the request is still being sent. */
  send(status: number, body: Buffer): Promise<undefined> | undefined {
    if (isUploading(this.req)) return this.#sendEarly(status, body);
    this.#end(status, body);
    return undefined;
  }

  #end(status: number, body: Buffer): void {
    if (EMPTY.has(status)) {
      this.#head.delete('content-type');
      this.res.writeHead(status, this.#head.lines).end();
      return;
    }
    this.set('content-length', String(body.length));
    const { res } = this;
    res.writeHead(status, this.#head.lines);
    if (body.length > LONGEST_COPIED) {
      res.end(body);
      return;
    }
    // Node joins the head with text. If that has left before the end, it is one write of one piece: half the work.
    const { socket } = res;
    // Otherwise Node would do it, and undo it on the next tick.
    socket?.cork();
    res.write(body.toString('latin1'), 'latin1');
    socket?.uncork();
    res.end();
  }

  async #sendEarly(status: number, body: Buffer): Promise<undefined> {
    const { req, res } = this;
    const isEarly = await staysEarly(req);
    if (res.headersSent || res.destroyed) return;
    if (!isEarly || EMPTY.has(status)) {
      this.#end(status, body);
      return;
    }
    this.set('connection', 'close');
    this.set('content-length', String(body.length));
    res.writeHead(status, this.#head.lines);
    // The client has the whole answer now; Node closes the connection at `end`.
    res.write(body);
    endAfterUpload(req, res);
  }
}
