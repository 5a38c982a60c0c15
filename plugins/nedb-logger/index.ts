import { resolve } from 'node:path';
import { definePlugin, durationOf, toRequestRecord } from '429chain/plugin';
import { SharedRecords } from './records.js';
import { RequestStore } from './store.js';

interface Options {
  readonly keep?: string;
  readonly maxRequests?: number;
  readonly maxBytes?: number;
  readonly folder?: string;
  readonly content?: boolean;
}

const NAME = 'nedb-logger';
/** 256 MiB. */
const MAX_BYTES = 256 * 2 ** 20;

/** Keeps a record of every request, and totals for each day. With `content`, it keeps prompts and answers too. */
export default definePlugin<Options>({
  name: NAME,
  description: 'Keeps the request log and its totals in files: the pages Requests and Usage show them.',
  optionsSchema: {
    type: 'object',
    additionalProperties: false,
    properties: {
      keep: { type: 'string', pattern: '^(\\d+(\\.\\d+)?(ms|s|m|h|d))+$' },
      maxRequests: { type: 'integer', minimum: 100 },
      maxBytes: { type: 'integer', minimum: 1_048_576 },
      folder: { type: 'string', minLength: 1 },
      content: { type: 'boolean' },
    },
  },
  apply(api, { keep = '30d', maxRequests = 200_000, maxBytes = MAX_BYTES, folder = 'requests', content = false }) {
    const path = resolve(api.dataDir, folder);
    const keepMs = durationOf(keep) ?? Number.POSITIVE_INFINITY;
    const settings = { keepMs, maxRequests, maxBytes, now: api.now, log: api.log };
    // After a reload two runtimes write for a while, and each file has one writer.
    const store = api.shared(
      path,
      () => new RequestStore(path, settings),
      (shared) => shared.close(),
    );
    const shared = api.workers && new SharedRecords(api.workers, store, (message) => api.log.warn(message));
    const records = (): SharedRecords | RequestStore => shared ?? store();
    let withdraw = (): void => {};
    api.onReady(() => {
      withdraw = store().configure(settings);
      shared?.ready();
    });
    api.onClose(async () => {
      await shared?.close();
      withdraw();
    });
    if (content) api.captureContent();
    api.hooks.afterResponse.tap(NAME, (outcome) =>
      records().add(toRequestRecord(outcome), content ? outcome.content?.() : undefined),
    );
    api.provideRequestLog({
      get health() {
        return records().health;
      },
      requests: (query) => records().requests(query),
      request: (id) => records().request(id),
      usage: (span) => records().usage(span),
    });
  },
});
