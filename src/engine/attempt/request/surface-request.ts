import { applyAdaptations } from '../../../plugin/door/adapt.js';
import type { Repair } from '../../../plugin/door/attempt.js';
import type { Surface } from '../../../plugin/door/surface.js';
import type { Fields } from '../../../plugin/fields.js';
import { NotAdaptable } from '../../causes.js';
import { pathAt } from '../../endpoint.js';
import { compileRepair, fieldOf, isConversationRepair } from '../../repairs.js';
import type { ResumableRequest } from '../../resume/resumable-request.js';
import { goesOverChat } from '../../surfaces/chain-for.js';
import { formFor } from '../../surfaces/form.js';
import type { PreparedTarget } from '../../target.js';
import { nativeFor, nativeRequest } from './native-request.js';
import { adaptedByType, type OutgoingRequest, outgoingRequest, serialised } from './outgoing-request.js';
import { restrict, restrictionsOf } from './restrict.js';

/** Where providers answer chat completions. */
const CHAT_PATH = '/chat/completions';

/**
 * Builds the request for `target`, whatever endpoint the caller asks for.
 * @param counted the bound for each choice, where the provider counts it beforehand
 * @throws NotAdaptable when the provider cannot express the request
 */
export const requestFor = (
  request: ResumableRequest,
  target: PreparedTarget,
  repairs: readonly Repair[],
  counted?: number,
): OutgoingRequest => {
  const { surface, body } = request;
  if (surface === undefined) return answerableRequest(request, target, repairs, counted);
  const { overChat } = surface;
  if (overChat === undefined) return surfaceRequest(request, surface, target, repairs);
  const isChat = goesOverChat(target, surface);
  const asked = isChat ? overChat.request(body) : body;
  if (typeof asked === 'string') throw new NotAdaptable(asked);
  const path = isChat ? CHAT_PATH : surface.path;
  const outgoing = outgoingRequest({ ...request, path, body: asked }, target, repairs, counted);
  return { ...outgoing, text: { of: overChat.answer, overChat: isChat } };
};

/** The caller's own body if the target speaks the caller's protocol, and a chat completion otherwise. */
const answerableRequest = (...[request, target, repairs, counted]: Parameters<typeof requestFor>): OutgoingRequest => {
  const native = nativeFor(request, target, repairs);
  if (native !== undefined) return nativeRequest(native, request, target);
  const { speaks } = target;
  if (!speaks.has('chat')) throw new NotAdaptable(`it speaks ${[...speaks].join(', ')}, and no chat completions`);
  return outgoingRequest(request, target, repairs, counted);
};

/** The body passes as it came, apart from the model and what the endpoint refused before. */
const surfaceRequest = (
  { body: original, chain, upload }: ResumableRequest,
  surface: Surface,
  target: PreparedTarget,
  repairs: readonly Repair[],
): OutgoingRequest => {
  const { model, endpoint, endpoints, providerType, options } = target;
  const accept = surface.answers === 'json' ? {} : { accept: '*/*' };
  const headers = { ...target.headers, ...accept };
  const rest = { hidesUsage: false, resumeMode: { kind: 'restart' }, changes: [] } as const;
  if (upload !== undefined) {
    // A form has no place for the fields that make a provider keep the rule.
    if (chain.rules?.noTraining !== undefined && providerType.noTraining !== undefined)
      throw new NotAdaptable('a form cannot ask it not to train on the request');
    const form = formFor(upload, model);
    return {
      ...rest,
      path: pathAt(endpoint, surface.path),
      headers: { ...headers, ...form.headers },
      body: {},
      openAiBody: {},
      payload: form.read,
    };
  }
  const known = endpoints.repairs(surface.name).for(original);
  const all = [...known, ...repairs.map(compileRepair)].flatMap(({ adaptation }) => adaptation ?? []);
  const applied = applyAdaptations({ ...original, model }, all);
  const restrictions = restrictionsOf(chain.rules, providerType);
  const { body, changes } = restrict(applied.body, restrictions);
  const plain = { path: surface.path, headers, body };
  // A type that does not name the endpoint knows nothing of such requests.
  const knows = providerType.adapt !== undefined && providerType.speaks?.includes(surface.name);
  const adapted = knows ? adaptedByType(plain, providerType, options) : plain;
  return {
    ...rest,
    path: pathAt(endpoint, adapted.path),
    headers: adapted.headers,
    body: adapted.body,
    openAiBody: body,
    payload: () => serialised(adapted.body),
    changes: [...applied.changes, ...changes],
    restricted: restrictions.length > 0,
  };
};

/** Returns the repairs that change nothing of what the caller asks for. */
export const permitted = (
  repairs: readonly Repair[],
  surface: Surface | undefined,
  sent: Fields,
): readonly Repair[] => {
  if (surface === undefined) return repairs;
  return repairs.filter((repair) => {
    if (isConversationRepair(repair)) return surface.answers === 'choices';
    const [field = ''] = fieldOf(repair).split(/[.[]/);
    if (surface.essential.includes(field)) return false;
    return surface.answers === 'choices' || (field in sent && !('cap' in repair));
  });
};
