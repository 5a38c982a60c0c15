import { setTimeout as sleep } from 'node:timers/promises';
import { CLIENT_KEY } from './fleet.js';

/** What became of the requests. */
export interface Load {
  readonly requests: number;
  readonly answered: number;
  /** Refused by 429chain, such as with 429 when no target has room in time. */
  readonly refused: number;
  /** No answer, or a status of 500 or more other than that. */
  readonly failed: number;
  readonly p50Ms: number;
  readonly p95Ms: number;
}

/**
 * Sends requests at a steady rate to the addresses in turn, whether they are answered or not. As a load balancer does, it asks
 * the next address if one does not accept the connection.
 */
export const load = async (addresses: readonly string[], perSecond: number, ms: number): Promise<Load> => {
  const statuses: number[] = [];
  const times: number[] = [];
  const ask = async (index: number): Promise<void> => {
    const startedAt = performance.now();
    for (let attempt = 0; attempt < addresses.length; attempt++) {
      const address = addresses[(index + attempt) % addresses.length] as string;
      try {
        const response = await fetch(`${address}/v1/chat/completions`, {
          method: 'POST',
          headers: { authorization: `Bearer ${CLIENT_KEY}`, 'content-type': 'application/json' },
          body: BODY,
        });
        await response.arrayBuffer();
        statuses.push(response.status);
        if (response.ok) times.push(performance.now() - startedAt);
        return;
      } catch (error) {
        const { code } = (error as { cause?: { code?: string } }).cause ?? {};
        if (code !== 'ECONNREFUSED') break;
      }
    }
    statuses.push(0);
  };
  const asking: Promise<void>[] = [];
  const startedAt = performance.now();
  for (let index = 0; performance.now() - startedAt < ms; index++) {
    asking.push(ask(index));
    await sleep(Math.max(0, startedAt + ((index + 1) * 1_000) / perSecond - performance.now()));
  }
  await Promise.all(asking);
  times.sort((one, other) => one - other);
  const count = (is: (status: number) => boolean): number => statuses.filter(is).length;
  return {
    requests: statuses.length,
    answered: count((status) => status === 200),
    refused: count((status) => status === 429),
    failed: count((status) => status !== 200 && status !== 429),
    p50Ms: times[Math.floor(times.length * 0.5)] ?? 0,
    p95Ms: times[Math.floor(times.length * 0.95)] ?? 0,
  };
};

const BODY = JSON.stringify({ model: 'default', messages: [{ role: 'user', content: 'Is this a short question?' }] });
