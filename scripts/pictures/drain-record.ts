import { setTimeout as sleep } from 'node:timers/promises';
import type { Provider } from '../../src/contract/config.js';
import {
  DEMO_KEY,
  type SimulatedProvider,
  type SimulationOptions,
  startSimulatedProvider,
} from '../../src/demo/provider.js';
import { createProxy, type TargetView } from '../../src/index.js';

/** One target at one moment. */
interface Moment {
  /** What is left of its limit, from 0 to 1. */
  readonly left: number;
  /** Whether it answered since the moment before. */
  readonly answered: boolean;
  /** Whether 429chain skips it. */
  readonly exhausted: boolean;
}

/** What was seen while a chain drained and refilled. */
export interface Recording {
  readonly seconds: number;
  readonly targets: readonly { readonly name: string; readonly limit: string; readonly moments: readonly Moment[] }[];
  /** The requests so far, at each moment. */
  readonly sent: readonly number[];
  readonly requests: number;
  readonly answered: number;
  /** How often a provider answered 429. */
  readonly refused: number;
}

interface Account {
  readonly id: string;
  readonly type: string;
  readonly model: string;
  readonly simulation: Omit<SimulationOptions, 'models'>;
  readonly limit: string;
  readonly limits: NonNullable<Provider['limits']>;
}

const ACCOUNTS: readonly Account[] = [
  {
    id: 'groq',
    type: 'groq',
    model: 'openai/gpt-oss-120b',
    limit: '20 requests',
    limits: [{ requests: 20, per: '12s' }],
    simulation: {
      dialect: 'groq',
      latencyMs: 2,
      limits: [{ requests: 20, per: '12s', called: 'minute', counting: 'refilling' }],
    },
  },
  {
    id: 'gemini',
    type: 'gemini',
    model: 'gemini-3.1-flash-lite',
    limit: '15 requests',
    limits: [{ requests: 15, per: '10s' }],
    simulation: {
      dialect: 'gemini',
      latencyMs: 2,
      limits: [{ requests: 15, per: '10s', called: 'minute', counting: 'fixed' }],
    },
  },
  {
    id: 'local',
    type: 'openai-compatible',
    model: 'qwen3:8b',
    limit: '4 at once',
    limits: [{ concurrent: 4 }],
    simulation: { dialect: 'local', latencyMs: 25, limits: [{ concurrent: 4 }] },
  },
];

const SECONDS = 24;
const STEP_MS = 250;
/** Requests a second, and until when. */
const PACE = [
  { until: 10, each: 5 },
  { until: SECONDS, each: 1 },
] as const;

/** The window, or the slots, of which the least is left. */
const leftOf = ({ quotas }: TargetView): number =>
  Math.min(1, ...quotas.flatMap(({ limit, remaining }) => (limit === undefined ? [] : [(remaining ?? limit) / limit])));

/**
 * Runs a proxy before simulated providers for 24 seconds: first with more requests than the first targets allow, then with
 * few. Real time, real sockets.
 */
export const record = async (): Promise<Recording> => {
  const running = await Promise.all(
    ACCOUNTS.map((account) => startSimulatedProvider({ ...account.simulation, models: [account.model] })),
  );
  try {
    return await recordWith(running);
  } finally {
    await Promise.all(running.map((provider) => provider.close()));
  }
};

const recordWith = async (running: readonly SimulatedProvider[]): Promise<Recording> => {
  const proxy = await createProxy({
    configuration: {
      server: { apiKeys: ['picture'], adminKey: 'picture-admin-key' },
      providers: Object.fromEntries(
        ACCOUNTS.map(({ id, type, limits }, index) => [
          id,
          { type, apiKey: DEMO_KEY, baseUrl: running[index]?.baseUrl as string, limits },
        ]),
      ),
      chains: { default: ACCOUNTS.map(({ id, model }) => `${id}/${model}`) },
      defaultChain: 'default',
    },
  });
  try {
    const address = await proxy.listen({ host: '127.0.0.1', port: 0 });
    const answers: string[] = [];
    const pending: Promise<void>[] = [];
    const ask = async (): Promise<void> => {
      const response = await fetch(`${address}/v1/chat/completions`, {
        method: 'POST',
        headers: { authorization: `Bearer ${proxy.apiKey}`, 'content-type': 'application/json' },
        body: JSON.stringify({ model: 'default', messages: [{ role: 'user', content: 'Hello' }], max_tokens: 20 }),
      });
      await response.text();
      if (response.ok) answers.push(response.headers.get('x-429chain-target') ?? '');
    };
    const names = ACCOUNTS.map(({ id, model }) => `${id}/${model}`);
    const moments: Moment[][] = names.map(() => []);
    const sent: number[] = [];
    const start = Date.now();
    let requests = 0;
    let seen = 0;
    let due = 0;
    for (let step = 0; step * STEP_MS < SECONDS * 1000; step += 1) {
      const second = (step * STEP_MS) / 1000;
      const { each } = PACE.find(({ until }) => second < until) ?? PACE[1];
      due += (each * STEP_MS) / 1000;
      while (requests < Math.floor(due)) {
        requests += 1;
        pending.push(ask());
      }
      await sleep(Math.max(0, start + (step + 1) * STEP_MS - Date.now()));
      const fresh = answers.slice(seen);
      seen = answers.length;
      const { targets } = proxy.status();
      for (const [index, name] of names.entries()) {
        const view = targets.find(({ target }) => target === name);
        if (view === undefined) throw new Error(`No target ${name} in the status.`);
        moments[index]?.push({
          left: leftOf(view),
          answered: fresh.includes(name),
          exhausted: view.state === 'exhausted',
        });
      }
      sent.push(requests);
    }
    await Promise.all(pending);
    return {
      seconds: SECONDS,
      targets: names.map((name, index) => ({
        name,
        limit: ACCOUNTS[index]?.limit ?? '',
        moments: moments[index] as readonly Moment[],
      })),
      sent,
      requests,
      answered: answers.length,
      refused: running.reduce((sum, provider) => sum + provider.stats().refused, 0),
    };
  } finally {
    await proxy.close(0);
  }
};
