import { createServer, connect, type AddressInfo, type Server, type Socket } from 'node:net';

/** After so many bytes in one direction, counted from the moment it is armed, a connection is gone. */
export type Cut = { readonly direction: 'request' | 'answer'; readonly after: number };

/** A proxy for one server on this machine that cuts connections at the byte. */
export class CuttingProxy implements AsyncDisposable {
  readonly #server: Server;
  readonly #port: number;
  readonly #sockets = new Set<Socket>();
  #cuts: Cut[] = [];
  #passed = 0;
  /** Connections that were cut. */
  done = 0;

  private constructor(port: number) {
    this.#port = port;
    this.#server = createServer((client) => this.#join(client));
  }

  /** `target`: port of the server. */
  static async listen(target: number): Promise<CuttingProxy> {
    const proxy = new CuttingProxy(target);
    await new Promise<void>((resolve) => proxy.#server.listen(0, '127.0.0.1', resolve));
    return proxy;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** The cuts come one after another, each counted from the one before. */
  arm(cuts: readonly Cut[]): void {
    this.#cuts = [...cuts];
    this.#passed = 0;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  /** The server answers only to its own name. A header that is cut in two by chance is refused, as a cut would be. */
  #addressed(data: Buffer): Buffer {
    const own = `127.0.0.1:${this.port}`;
    return data.includes(own) ? Buffer.from(data.toString('latin1').replaceAll(own, `127.0.0.1:${this.#port}`), 'latin1') : data;
  }

  #join(client: Socket): void {
    const server = connect(this.#port, '127.0.0.1');
    const end = (): void => {
      client.destroy();
      server.destroy();
    };
    const pass = (from: Socket, to: Socket, direction: Cut['direction']): void => {
      from.on('data', (raw) => {
        const data = direction === 'request' ? this.#addressed(raw) : raw;
        const [cut] = this.#cuts;
        if (cut?.direction !== direction) {
          to.write(data);
          return;
        }
        const left = cut.after - this.#passed;
        if (data.length <= left) {
          this.#passed += data.length;
          to.write(data);
          return;
        }
        this.#cuts.shift();
        this.#passed = 0;
        this.done += 1;
        // What was let through arrives; nothing else does.
        to.write(data.subarray(0, left), end);
      });
      from.on('error', end);
      from.on('close', end);
    };
    for (const socket of [client, server]) {
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
    }
    pass(client, server, 'request');
    pass(server, client, 'answer');
  }
}
