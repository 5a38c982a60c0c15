import type { Context } from 'koa';
import { ChainError } from '../plugin/door/errors.js';
import type { Current } from './current.js';

interface Model {
  readonly id: string;
  readonly object: 'model';
  readonly created: number;
  readonly owned_by: string;
}

/** Returns everything that a request's `model` may name: chains first, then their targets. */
const modelsOf = ({ chains, startedAt }: Current): Model[] => {
  const created = Math.floor(startedAt / 1000);
  const targets = new Map(chains.all.flatMap((chain) => chain.targets).map((target) => [target.id, target.provider]));
  return [
    ...chains.all.map(({ name }) => ({ id: name, object: 'model', created, owned_by: '429chain' }) as const),
    ...[...targets].map(([id, provider]) => ({ id, object: 'model', created, owned_by: provider }) as const),
  ];
};

export const getModels =
  (current: () => Current) =>
  (ctx: Context): void => {
    ctx.body = { object: 'list', data: modelsOf(current()) };
  };

const PREFIX = '/v1/models/';

const decoded = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
};

/** @throws ChainError `model_not_found` */
export const getModel =
  (current: () => Current) =>
  (ctx: Context): void => {
    // An id contains slashes, which clients send raw or encoded.
    const id = decoded(ctx.path.slice(PREFIX.length));
    const model = modelsOf(current()).find((each) => each.id === id);
    if (model === undefined) {
      throw new ChainError('model_not_found', `No chain or target is named "${id}". GET /v1/models lists them all.`, {
        param: 'model',
      });
    }
    ctx.body = model;
  };
