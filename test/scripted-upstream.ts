import { type AddressInfo, createServer, type Socket } from 'node:net';

/** The simulated provider of `429chain/testing`. */
export * from '../src/testing/scripted-upstream.js';

/** A port that accepts every connection and never answers: no TLS handshake completes there. */
export class MutePort {
  readonly #sockets = new Set<Socket>();
  readonly #server = createServer((socket) => {
    this.#sockets.add(socket.on('error', () => {}).resume());
  });

  static async open(): Promise<MutePort> {
    const mute = new MutePort();
    await new Promise<void>((resolve) => mute.#server.listen(0, '127.0.0.1', resolve));
    return mute;
  }

  get baseUrl(): string {
    return `https://127.0.0.1:${(this.#server.address() as AddressInfo).port}/v1`;
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
