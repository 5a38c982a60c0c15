// @ts-check
import { definePlugin, numberOf } from '429chain/plugin';

/**
 * @typedef {object} Options
 * @property {string} [window] the window that the headers describe. Default: '1h'
 */

/**
 * The limits that a response describes; `undefined` if it does not have these headers.
 * @type {(head: import('429chain/plugin').ResponseHead, window?: string) => import('429chain/plugin').Signal[] | undefined}
 */
export const parse = ({ headers, at }, window = '1h') => {
  const remaining = numberOf(headers, 'x-calls-left');
  if (remaining === undefined) return undefined;
  const seconds = numberOf(headers, 'x-calls-reset');
  const resetAt = seconds === undefined ? undefined : at + seconds * 1000;
  return [{ dimension: 'requests', window, limit: numberOf(headers, 'x-calls-allowed'), remaining, resetAt }];
};

export default definePlugin({
  name: 'my-plugin',

  // The plugin's options in the configuration. 429chain checks them before `apply`, and the admin shows a form for them.
  optionsSchema: {
    type: 'object',
    properties: { window: { type: 'string', description: "Such as '1m' or '1h30m'." } },
    additionalProperties: false,
  },

  apply({ hooks }, /** @type {Options} */ { window }) {
    hooks.onRateLimitHeaders.tap('my-plugin', (head) => parse(head, window));
  },
});
