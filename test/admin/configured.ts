import type { ScriptedUpstream } from '../scripted-upstream.js';
import { SECRETS } from './admin.js';

/** A configuration with comments, with variables, and with keys in every place that may have one. */
export const configured = (
  one: ScriptedUpstream,
  two: ScriptedUpstream,
): string => `// What the test is configured with.
{
  server: { apiKeys: ['\${CALLER_KEY}'], adminKey: '\${ADMIN_KEY}' }, // the doors
  providers: {
    // the fast one
    one: {
      type: 'openai-compatible',
      baseUrl: '${one.baseUrl}', // at home
      apiKey: '\${ONE_API_KEY}',
      headers: { 'x-secret': '${SECRETS.header}', 'x-read': 'Bearer \${TWO_API_KEY}' },
    },
    two: { type: 'openrouter', baseUrl: '${two.baseUrl}', apiKey: '\${TWO_API_KEY}' }, // the other one
    three: { type: 'openai-compatible', baseUrl: '${two.baseUrl}', apiKey: '${SECRETS.literal}', enabled: false },
    four: { type: 'groq', apiKey: '\${FOUR_API_KEY}' },
  },
  chains: {
    default: [
      // asked first
      'one/a-model', // thirty a minute
      // asked second
      { provider: 'two', model: 'maker/b-model:free', limits: [{ requests: 5, per: '1m' }] }, // five
    ],
    careful: { targets: ['two/maker/b-model:free'], maxWait: '0s', /* as told */ resumeInstruction: 'Go on: {lastWords}' },
  },
  defaultChain: 'default', // said aloud
  plugins: [{ use: 'nedb-logger', options: { keep: '10d' } }], // not for ever
}
`;

export const DOT_ENV = `# variables of the test
CALLER_KEY=${SECRETS.caller}
ADMIN_KEY=${SECRETS.admin}
ONE_API_KEY=${SECRETS.one}
TWO_API_KEY=${SECRETS.two}
`;
