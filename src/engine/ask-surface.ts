import type { Surface } from '../plugin/door/surface.js';
import { isFields } from '../plugin/fields.js';
import { sizeOf } from './attempt/request/request-size.js';
import { drive } from './drive.js';
import { parseBody } from './parse-body.js';
import type { ChainRequest } from './request.js';
import type { ResumableRequest } from './resume/resumable-request.js';
import { forSurface } from './surfaces/chain-for.js';
import type { PreparedTarget } from './target.js';
import type { Queue } from './walk/queue.js';
import type { RequestTrace } from './walk/trace.js';
import type { WalkContext } from './walk/view.js';
import type { Found, WalkEnd } from './walk/walk.js';

/** How often a request begins anew because of what its targets turned out not to do. */
const MOST_ROUNDS = 8;

/** Returns what a request to an endpoint costs a target. */
export const surfaceSizeOf = ({ counts }: Surface, body: ChainRequest['body']): ChainRequest['size'] => {
  if (counts === 'tokens') return sizeOf(body);
  return counts === 'requests' ? { tokens: 0, bound: 0 } : { tokens: sizeOf(body).tokens, bound: 0 };
};

/**
 * Walks a request to any endpoint down its chain. Passes over targets without the endpoint, also those that turn out not to
 * have it, and divides a request that is too large for one target.
 * @throws what `drive` throws · ChainError `not_found`, `invalid_request` when no target can carry the request out
 */
export const askChain = (
  context: WalkContext,
  queue: Queue,
  asked: ResumableRequest,
  trace: RequestTrace,
): Promise<WalkEnd> => {
  const ask: Ask = (request) => drive(context, queue, request, trace);
  return asked.surface === undefined ? ask(asked) : askInRounds(ask, asked, asked.surface);
};

type Ask = (request: ResumableRequest) => Promise<WalkEnd>;

const askInRounds = async (ask: Ask, asked: ResumableRequest, surface: Surface): Promise<WalkEnd> => {
  for (let round = 1; ; round++) {
    const request = forSurface(asked);
    const before = knownOf(asked, surface);
    const end = await askParts(ask, request, surface);
    if (end.kind === 'found' || round === MOST_ROUNDS || knownOf(asked, surface) === before) return end;
  }
};

/** What is known of the endpoint at each target. */
const knownOf = ({ chain }: ChainRequest, { name }: Surface): string =>
  chain.targets.map(({ endpoints }) => `${endpoints.missing(name)} ${endpoints.mostInputs(name)}`).join();

const mostInputsOf = ({ providerType, endpoints }: PreparedTarget, name: string): number =>
  endpoints.mostInputs(name) ?? providerType.maxInputs ?? Number.POSITIVE_INFINITY;

/** Asks for a request in as many parts as its targets need. All parts are answered by one target. */
const askParts = async (ask: Ask, request: ResumableRequest, surface: Surface): Promise<WalkEnd> => {
  const { batches } = surface;
  const usable = request.chain.targets.filter(({ unusable }) => unusable === undefined);
  const most = Math.min(...usable.map((target) => mostInputsOf(target, surface.name)));
  if (batches === undefined || batches.count(request.body) <= most) return ask(request);
  const parts = batches.split(request.body, most).map((body) => ({ body, size: surfaceSizeOf(surface, body) }));
  let left = request;
  for (;;) {
    const ends: Found[] = [];
    let failed: WalkEnd | undefined;
    for (const part of parts) {
      const end = await ask({ ...left, ...part, chain: chainOfPart(left.chain, ends[0]?.target) });
      if (end.kind !== 'found') {
        failed = end;
        break;
      }
      ends.push(end);
    }
    if (failed === undefined) return joined(ends, batches);
    const begun = ends[0]?.target;
    if (begun === undefined) return failed;
    // Another target begins from the start.
    left = { ...left, chain: { ...left.chain, targets: left.chain.targets.map(passingOver(begun)) } };
    if (left.chain.targets.every(({ unusable }) => unusable !== undefined)) return failed;
  }
};

/** The chain for a part: the target that answered the first one, and those that an error has to name. */
const chainOfPart = (chain: ResumableRequest['chain'], begun: PreparedTarget | undefined): ResumableRequest['chain'] =>
  begun === undefined
    ? chain
    : { ...chain, targets: chain.targets.filter((target) => target === begun || target.unusable !== undefined) };

const passingOver =
  (failed: PreparedTarget) =>
  (target: PreparedTarget): PreparedTarget =>
    target === failed
      ? { ...target, unusable: { state: 'available', reason: 'it did not answer every part of the request' } }
      : target;

const joined = (ends: readonly Found[], { join }: NonNullable<Surface['batches']>): Found => {
  const [first] = ends as [Found];
  const answers = ends.map(({ answer }) => (answer.stream ? undefined : parseBody(answer.body.toString('utf8'))));
  const usages = ends.map(({ answer }) => (answer.stream ? undefined : answer.usage));
  const isCounted = usages.every((usage) => usage !== undefined);
  return {
    ...first,
    answer: {
      stream: false,
      head: first.answer.head,
      body: Buffer.from(JSON.stringify(join(answers.filter(isFields)))),
      usage: isCounted
        ? {
            input: usages.reduce((sum, { input }) => sum + input, 0),
            output: usages.reduce((sum, { output }) => sum + output, 0),
          }
        : undefined,
    },
  };
};
