import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Serves on a free port, and prints the address. */
export const listen = (handle: RequestListener): void => {
  const server = createServer(handle);
  server.keepAliveTimeout = 60_000;
  server.listen({ port: 0, host: '127.0.0.1', backlog: 4_096 }, () => {
    console.log(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  });
};
