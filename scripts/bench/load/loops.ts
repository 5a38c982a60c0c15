import type { Connection, Status } from './connection.js';

/** What came of a load. */
export interface Load {
  readonly requests: number;
  /** Requests that were not answered with 200. */
  readonly failed: number;
  /** Ms of each request until its end, or until the first word for a stream. */
  readonly delays: readonly number[];
}

/** When a load ends. */
export type Until = { readonly ms: number } | { readonly requests: number };

/** As many requests as the relay takes: each connection sends the next when the last is answered. */
export const closedLoop = (connections: readonly Connection[], request: Buffer, until: Until): Promise<Load> => {
  const most = 'requests' in until ? until.requests : Number.POSITIVE_INFINITY;
  const endsAt = 'ms' in until ? performance.now() + until.ms : Number.POSITIVE_INFINITY;
  const delays: number[] = [];
  let sent = 0;
  let failed = 0;
  let active = connections.length;
  return new Promise((resolve) => {
    const next = (connection: Connection): void => {
      const sentAt = performance.now();
      if (sent >= most || sentAt >= endsAt) {
        if (--active === 0) resolve({ requests: delays.length, failed, delays });
        return;
      }
      sent++;
      connection.send(request, (status: Status) => {
        delays.push(performance.now() - sentAt);
        if (status !== 200) failed++;
        next(connection);
      });
    };
    for (const connection of connections) next(connection);
  });
};

export interface Pace {
  /** Ms between the requests of one connection, give or take half. */
  readonly everyMs: number;
  readonly ms: number;
  /** The mark of a stream's chunks, if the first word ends the delay. */
  readonly mark?: Buffer;
}

/** Requests at a pace that is far from what the relay can take. */
export const pacedLoop = (connections: readonly Connection[], request: Buffer, pace: Pace): Promise<Load> => {
  const endsAt = performance.now() + pace.ms;
  const delays: number[] = [];
  let failed = 0;
  let active = connections.length;
  return new Promise((resolve) => {
    const next = (connection: Connection): void => {
      const sentAt = performance.now();
      if (sentAt >= endsAt) {
        if (--active === 0) resolve({ requests: delays.length, failed, delays });
        return;
      }
      let firstWordAt: number | undefined;
      const onBody = (data: Buffer): void => {
        if (pace.mark !== undefined && firstWordAt === undefined && data.includes(pace.mark))
          firstWordAt = performance.now();
      };
      const onEnd = (status: Status): void => {
        const now = performance.now();
        if (status !== 200) failed++;
        delays.push((firstWordAt ?? now) - sentAt);
        const wait = Math.max(0, pace.everyMs - (now - sentAt)) * (0.5 + Math.random());
        setTimeout(next, wait, connection);
      };
      connection.send(request, onEnd, onBody);
    };
    for (const connection of connections) setTimeout(next, Math.random() * pace.everyMs, connection);
  });
};
