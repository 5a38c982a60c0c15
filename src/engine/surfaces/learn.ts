import type { Failure } from '../../plugin/door/attempt.js';
import type { Surface } from '../../plugin/door/surface.js';
import type { Fields } from '../../plugin/fields.js';
import { readErrorBody } from '../../plugin/readers/errors/error-body.js';
import type { PreparedTarget } from '../target.js';
import { mostInputsIn } from './batch-limit.js';

/** Statuses of a server that does not know a path, a method, or how to do something. */
const ABSENT: ReadonlySet<number | undefined> = new Set([404, 405, 501]);

/** Words about what a model or a server cannot do. */
const CANNOT =
  /\b(?:(?:do|does|is|are)(?: not|n['’]t)|cannot|can['’]t|not) (?:an? |currently |yet |be )*(?:support|available|able|allow|enabled|compatible|embedding|completion|speech|transcription|moderation|rerank|image|valid|used|serve)|\bunsupported\b|\bno such (?:endpoint|route)\b/i;

/** Words for an endpoint in the sentences of providers. */
const NAMES: Readonly<Record<string, RegExp>> = {
  embeddings: /embedd/i,
  completions: /completion/i,
  transcriptions: /transcri|audio|speech[- ]to[- ]text|\bstt\b/i,
  translations: /translat|audio/i,
  speech: /speech|audio|text[- ]to[- ]speech|\btts\b|voice/i,
  moderations: /moderation/i,
  rerank: /re-?rank/i,
  images: /image/i,
  responses: /responses api|\/responses/i,
  messages: /messages api|\/messages|anthropic/i,
};

/** A key that may be used for some endpoints only. */
const NOT_ALLOWED = /\bmissing scopes?\b|\bscope\b|insufficient permissions?/i;

/** Statuses under which a refusal may say that. */
const REFUSED: ReadonlySet<number | undefined> = new Set([400, 403, 422]);

/**
 * Remembers what a refusal says about the endpoint: that it is not there, or how many inputs a request may have. Returns
 * whether it is not there.
 */
export const learnFrom = (
  failure: Failure,
  surface: Surface | undefined,
  body: Fields,
  target: PreparedTarget,
): boolean => {
  if (surface === undefined) return false;
  const { endpoints } = target;
  const missing = missingBy(failure, surface, target);
  if (missing !== undefined) endpoints.lacks(surface.name, missing);
  const most =
    surface.batches && TOO_MANY.has(failure.class)
      ? mostInputsIn(readErrorBody(failure.body ?? failure.message).summary, surface.batches.count(body))
      : undefined;
  if (most !== undefined) endpoints.limitInputs(surface.name, most);
  return missing !== undefined;
};

/** Classes of refusals that are about the request itself. */
const TOO_MANY: ReadonlySet<string> = new Set(['bad_request', 'too_large']);

/**
 * Returns what lacks an endpoint by a refusal: the provider's server, the target's model, or nothing. Such a refusal says
 * nothing about chat at the same target.
 */
export const missingBy = (
  { status, body, message, class: failureClass }: Failure,
  surface: Pick<Surface, 'name'>,
  { model }: Pick<PreparedTarget, 'model'>,
): 'provider' | 'target' | undefined => {
  if (status === undefined || status < 400) return undefined;
  const text = readErrorBody(body ?? message).summary;
  if (ABSENT.has(status)) return namesModel(text, model) ? 'target' : 'provider';
  if (failureClass === 'not_found' || (failureClass === 'auth' && NOT_ALLOWED.test(text))) return 'target';
  const says = REFUSED.has(status) && CANNOT.test(text) && NAMES[surface.name]?.test(text) === true;
  return says ? 'target' : undefined;
};

const namesModel = (text: string, model: string): boolean =>
  /\bmodels?\b|\bdeployment\b/i.test(text) || text.toLowerCase().includes(model.toLowerCase());
