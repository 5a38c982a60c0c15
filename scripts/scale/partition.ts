import { execFileSync } from 'node:child_process';

/** A network of its own, with one path to clients and providers and another one to Redis. */
export interface Partition {
  readonly namespace: string;
  /** Of the host, for clients and providers. */
  readonly host: string;
  /** Of the host, for Redis. */
  readonly redisHost: string;
  /** Of the replica. */
  readonly address: string;
  /** Drops every packet to and from Redis, without a word to either side. */
  cut(): void;
  mend(): void;
  close(): void;
}

const NAMESPACE = `chain-scale-${process.pid}`;
const PATHS = [
  { outside: `cs-a-${process.pid}`, inside: 'to-clients', network: '10.203.1' },
  { outside: `cs-b-${process.pid}`, inside: 'to-redis', network: '10.203.2' },
] as const;

const ip = (...args: string[]): void => void execFileSync('ip', args, { stdio: 'ignore' });

/** @returns `undefined` where this user may not make one */
export const partition = (): Partition | undefined => {
  const close = (): void => {
    try {
      ip('netns', 'del', NAMESPACE);
    } catch {
      // It was never made.
    }
  };
  try {
    ip('netns', 'add', NAMESPACE);
    ip('-n', NAMESPACE, 'link', 'set', 'lo', 'up');
    for (const { outside, inside, network } of PATHS) {
      ip('link', 'add', outside, 'type', 'veth', 'peer', 'name', inside, 'netns', NAMESPACE);
      ip('addr', 'add', `${network}.1/24`, 'dev', outside);
      ip('link', 'set', outside, 'up');
      ip('-n', NAMESPACE, 'addr', 'add', `${network}.2/24`, 'dev', inside);
      ip('-n', NAMESPACE, 'link', 'set', inside, 'up');
    }
  } catch {
    close();
    return undefined;
  }
  const [clients, redis] = PATHS;
  return {
    namespace: NAMESPACE,
    host: `${clients.network}.1`,
    redisHost: `${redis.network}.1`,
    address: `${clients.network}.2`,
    cut: () => ip('link', 'set', redis.outside, 'down'),
    mend: () => ip('link', 'set', redis.outside, 'up'),
    close,
  };
};
