/**
 * One person's way to the network: an HTTP proxy between a window and the relay. It can be cut, so that
 * open sockets die as well, which the browser's own offline switch does not do; and it lets nothing
 * through to any other host.
 */
import { createServer, request, type IncomingMessage, type ServerResponse } from "node:http";
import { connect, type AddressInfo, type Socket } from "node:net";
import type { Duplex } from "node:stream";

export interface Wire {
  /** Address for the browser's proxy setting. */
  readonly server: string;
  /** Every host that was asked for besides the relay; all were refused. */
  readonly strangers: readonly string[];
  /** Ends everything under way and refuses everything new. */
  cut(): void;
  mend(): void;
  close(): Promise<void>;
}

/** Starts a wire that leads to `relay` ("127.0.0.1:8787") only. */
export async function startWire(relay: string): Promise<Wire> {
  const open = new Set<Duplex>();
  const strangers: string[] = [];
  let isCut = false;

  const keep = (socket: Duplex) => {
    open.add(socket);
    socket.on("close", () => open.delete(socket));
    socket.on("error", () => socket.destroy());
  };
  const isOpenTo = (host: string) => {
    if (host !== relay) strangers.push(host);
    return host === relay && !isCut;
  };

  // Plain http: the browser names the whole address.
  const forward = (asked: IncomingMessage, answer: ServerResponse) => {
    const url = URL.parse(asked.url ?? "");
    if (url === null || !isOpenTo(url.host)) return void asked.socket.destroy();
    const onward = request(
      url,
      { method: asked.method ?? "GET", headers: asked.headers },
      (got) => {
        answer.writeHead(got.statusCode ?? 502, got.headers);
        got.pipe(answer);
      },
    );
    onward.on("error", () => asked.socket.destroy());
    asked.pipe(onward);
  };

  // WebSockets: the browser asks for a tunnel.
  const tunnel = (asked: IncomingMessage, near: Duplex, head: Buffer) => {
    const host = asked.url ?? "";
    if (!isOpenTo(host)) return void near.destroy();
    const far: Socket = connect({ host: "127.0.0.1", port: Number(host.split(":")[1]) });
    keep(far);
    far.on("connect", () => {
      near.write("HTTP/1.1 200 Connection Established\r\n\r\n");
      far.write(head);
      near.pipe(far);
      far.pipe(near);
    });
    far.on("close", () => near.destroy());
    near.on("close", () => far.destroy());
  };

  const proxy = createServer(forward);
  proxy.on("connection", keep);
  proxy.on("connect", tunnel);
  await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
  const { port } = proxy.address() as AddressInfo;

  const cut = () => {
    isCut = true;
    for (const socket of open) socket.destroy();
  };
  return {
    server: `http://127.0.0.1:${port}`,
    strangers,
    cut,
    mend: () => {
      isCut = false;
    },
    close: async () => {
      cut();
      await new Promise((resolve) => proxy.close(resolve));
    },
  };
}
