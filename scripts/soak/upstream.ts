import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Dice } from './dice.js';
import { BEHAVIOURS } from './faults.js';

/** A provider on a real socket that answers well, badly, or not at all. */
export interface FaultyProvider {
  readonly port: number;
  /** How often it behaved in each way. */
  readonly counts: Record<string, number>;
  /** Closes every connection, as providers do with idle ones. */
  closeConnections(): void;
  close(): void;
}

export const startFaultyProvider = async (seed: number): Promise<FaultyProvider> => {
  const dice = new Dice(seed);
  const counts: Record<string, number> = {};
  const server = createServer(async (req, res) => {
    const chunks: Buffer[] = [];
    res.on('error', () => {});
    try {
      for await (const chunk of req) chunks.push(chunk as Buffer);
    } catch {
      return;
    }
    if (req.method === 'GET') return void res.writeHead(404).end();
    const { name, answer } = dice.of(BEHAVIOURS);
    counts[name] = (counts[name] ?? 0) + 1;
    const bytes = Buffer.concat(chunks);
    const body = JSON.parse(bytes.toString('utf8')) as Record<string, unknown>;
    const { method = '', url: path = '', headers } = req;
    await answer(res, { method, path, headers, body, bytes, aborted: new Promise(() => {}) });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    counts,
    closeConnections: () => server.closeAllConnections(),
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
};
