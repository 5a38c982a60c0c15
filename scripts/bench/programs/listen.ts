import { createServer, type RequestListener } from 'node:http';

/** Serves on the port that the bench chose. */
export const listen = (handle: RequestListener): void => {
  const server = createServer(handle);
  server.keepAliveTimeout = 60_000;
  server.listen({ port: Number(process.env.PORT), host: '127.0.0.1', backlog: 4_096 });
};
