import { join } from 'node:path';
import { jsonFormat } from './json-format.js';
import { lineFormat } from './line-format.js';
import type { Setting, SettingsFormat } from './settings-format.js';
import type { Way } from './way.js';

/** The protocols that clients speak, by the names that 429chain gives them. */
export type ClientProtocol = 'chat' | 'responses' | 'messages';

/** A program whose settings 429chain can write. */
export interface Client {
  readonly title: string;
  /** The absolute path of its settings. */
  file(home: string, env: NodeJS.ProcessEnv): string;
  readonly format: SettingsFormat;
  settings(way: Way): readonly Setting[];
  /** The protocol that it speaks. */
  readonly protocol: ClientProtocol;
  /** A command that uses the settings. */
  readonly tryIt: string;
  readonly note?: string;
}

/** The last keys of settings that contain the key of the API. */
export const KEY_SETTINGS: ReadonlySet<string> = new Set([
  'experimental_bearer_token',
  'ANTHROPIC_AUTH_TOKEN',
  'apiKey',
  'openai-api-key',
]);

const provider = ['model_providers', '429chain'];

/** The clients by the name that `429chain connect` takes. */
export const CLIENTS: Readonly<Record<string, Client>> = {
  codex: {
    // https://developers.openai.com/codex/config-reference
    title: 'Codex CLI',
    file: (home, env) => join(env.CODEX_HOME || join(home, '.codex'), 'config.toml'),
    format: lineFormat(' = '),
    settings: ({ address, key, chain }) => [
      { path: ['model_provider'], value: '429chain' },
      { path: ['model'], value: chain },
      { path: [...provider, 'name'], value: '429chain' },
      { path: [...provider, 'base_url'], value: `${address}/v1` },
      { path: [...provider, 'wire_api'], value: 'responses' },
      { path: [...provider, 'experimental_bearer_token'], value: key },
    ],
    protocol: 'responses',
    tryIt: 'codex exec --skip-git-repo-check "Say hello"',
    note: 'Codex warns that it does not know the model. It works anyway.',
  },
  claude: {
    // https://code.claude.com/docs/en/llm-gateway
    title: 'Claude Code',
    file: (home, env) => join(env.CLAUDE_CONFIG_DIR || join(home, '.claude'), 'settings.json'),
    format: jsonFormat,
    settings: ({ address, key, chain }) =>
      Object.entries({
        ANTHROPIC_BASE_URL: address,
        ANTHROPIC_AUTH_TOKEN: key,
        ANTHROPIC_MODEL: chain,
        ANTHROPIC_DEFAULT_OPUS_MODEL: chain,
        ANTHROPIC_DEFAULT_SONNET_MODEL: chain,
        ANTHROPIC_DEFAULT_HAIKU_MODEL: chain,
      }).map(([name, value]) => ({ path: ['env', name], value })),
    protocol: 'messages',
    tryIt: 'claude -p "Say hello"',
  },
  opencode: {
    // https://opencode.ai/docs/providers
    title: 'opencode',
    file: (home, env) => join(env.XDG_CONFIG_HOME || join(home, '.config'), 'opencode', 'opencode.json'),
    format: jsonFormat,
    settings: ({ address, key, chain }) => [
      { path: ['model'], value: `429chain/${chain}` },
      {
        path: ['provider', '429chain'],
        value: {
          npm: '@ai-sdk/openai-compatible',
          name: '429chain',
          options: { baseURL: `${address}/v1`, apiKey: key },
          models: { [chain]: { name: chain } },
        },
      },
    ],
    protocol: 'chat',
    tryIt: 'opencode run "Say hello"',
  },
  aider: {
    // https://aider.chat/docs/config/aider_conf.html
    title: 'aider',
    file: (home) => join(home, '.aider.conf.yml'),
    format: lineFormat(': '),
    settings: ({ address, key, chain }) => [
      { path: ['openai-api-base'], value: `${address}/v1` },
      { path: ['openai-api-key'], value: key },
      { path: ['model'], value: `openai/${chain}` },
    ],
    protocol: 'chat',
    tryIt: 'aider --message "Say hello"',
  },
};
