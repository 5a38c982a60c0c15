import type { RequestRecord } from '429chain/plugin';

/** What PostgreSQL's texts cannot contain: NUL, and half a surrogate pair. */
const IMPOSSIBLE = /\0|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

/** `text` with `\ufffd` for what PostgreSQL cannot store. */
export const clean = (text: string): string => text.replace(IMPOSSIBLE, '\ufffd');

/** Nearly every record contains nothing of the kind. In JSON, both are escapes. */
const MAY_BE_IMPOSSIBLE = /\\u(?:0000|d[89a-f])/;

/** A record whose texts PostgreSQL can store. `json`: the record as JSON. */
export const cleanRecord = (record: RequestRecord, json: string): RequestRecord =>
  MAY_BE_IMPOSSIBLE.test(json)
    ? JSON.parse(json, (_, value) => (typeof value === 'string' ? clean(value) : value))
    : record;
