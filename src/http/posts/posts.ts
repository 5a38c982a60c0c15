import type { Context } from 'koa';
import type { Protocol } from '../../plugin/door/protocol.js';
import { SURFACES } from '../../protocols/surfaces.js';
import type { Asked } from '../asked.js';
import { answerOrRefuse } from '../errors.js';
import { Exchange } from '../exchange.js';
import { withoutKey } from '../keyless.js';
import type { Answer, PostParts } from './post-parts.js';
import { postRequest } from './post-request.js';
import { postSurface } from './post-surface.js';

/**
 * What answers POST requests, by their paths: the protocols of the configuration in force, and the endpoints beside chat. They
 * need nothing of Koa, and most requests go to them.
 */
export class Posts {
  readonly #parts: PostParts;
  readonly #keyless: PostParts;
  readonly #admit: (asked: Asked) => void;
  readonly #surfaces: ReadonlyMap<string, Answer>;
  #protocols: readonly Protocol[] = [];
  #answers: ReadonlyMap<string, Answer>;

  /** `admit` is called first with each request. It throws ChainError for a request that is refused wherever it goes. */
  constructor(parts: PostParts, admit: (asked: Asked) => void) {
    this.#parts = parts;
    this.#admit = admit;
    this.#keyless = { ...parts, authorize: withoutKey(parts.authorize) };
    this.#surfaces = new Map(
      SURFACES.map((surface) => [`/v1${surface.path}`, this.#admitting(postSurface(surface, parts))]),
    );
    this.#answers = this.#surfaces;
  }

  /** What answers at exactly this path. */
  at(path: string): Answer | undefined {
    const { protocols } = this.#parts.current();
    if (protocols !== this.#protocols) this.#learn(protocols);
    return this.#answers.get(path);
  }

  #learn(protocols: readonly Protocol[]): void {
    const answers = new Map(this.#surfaces);
    // The first protocol at a path counts.
    for (const protocol of protocols.toReversed()) {
      const parts = protocol.key === 'none' ? this.#keyless : this.#parts;
      answers.set(protocol.path, this.#admitting(postRequest(protocol, parts)));
    }
    this.#protocols = protocols;
    this.#answers = answers;
  }

  #admitting(answer: Answer): Answer {
    return (exchange) => {
      this.#admit(exchange);
      return answer(exchange);
    };
  }
}

/**
 * Answers a request that came through Koa as all others of its kind are answered.
 * @param path the path at which requests of this kind are answered, if it came to another one
 */
export const answerWithoutKoa = (
  ctx: Context,
  answer: Answer,
  { log, current }: PostParts,
  path = ctx.path,
): Promise<void> => {
  ctx.respond = false;
  return answerOrRefuse(new Exchange(ctx.req, ctx.res, path), answer, log, current);
};
