import { createServer, type IncomingMessage, request, type Server } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';

/** What a forward proxy does with a request. */
type Behaviour = 'serve' | 'refuse' | 'ignore';

/** A forward proxy on a real socket: it tunnels CONNECT, and forwards requests with a whole address. */
export class ForwardProxy {
  /** `CONNECT host:port` and `POST http://host/path`, in order. */
  readonly requests: string[] = [];
  readonly authorizations: (string | undefined)[] = [];
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(behaviour: Behaviour) {
    this.#server = createServer((req, res) => {
      this.#note(req);
      if (behaviour === 'ignore') return;
      if (behaviour === 'refuse') return void res.writeHead(407, { 'proxy-authenticate': 'Basic' }).end('no');
      const { 'proxy-authorization': _, ...headers } = req.headers;
      const forwarded = request(req.url ?? '', { method: req.method, headers }, (answer) => {
        res.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(res);
      });
      forwarded.on('error', () => res.destroy());
      req.pipe(forwarded);
    });
    this.#server.on('connect', (req: IncomingMessage, socket: Socket) => {
      this.#note(req);
      socket.on('error', () => {});
      if (behaviour === 'ignore') return;
      if (behaviour === 'refuse') return void socket.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n');
      const [host = '', port] = (req.url ?? '').split(':');
      const target = connect(Number(port), host, () => {
        socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
        socket.pipe(target).pipe(socket);
      });
      this.#keep(target);
      target.on('error', () => socket.destroy());
    });
    this.#server.on('connection', (socket: Socket) => this.#keep(socket));
  }

  static async start(behaviour: Behaviour = 'serve'): Promise<ForwardProxy> {
    const proxy = new ForwardProxy(behaviour);
    await new Promise<void>((resolve) => proxy.#server.listen(0, '127.0.0.1', resolve));
    return proxy;
  }

  get host(): string {
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  get url(): string {
    return `http://${this.host}`;
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #note(req: IncomingMessage): void {
    this.requests.push(`${req.method} ${req.url}`);
    this.authorizations.push(req.headers['proxy-authorization']);
  }

  #keep(socket: Socket): void {
    this.#sockets.add(socket.on('error', () => {}));
    socket.once('close', () => this.#sockets.delete(socket));
  }
}
