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
  /** Bodies of all requests from now on are kept. */
  record(): void;
  /** Those bodies, with method and path before each. */
  recorded(): readonly Buffer[];
  /** Method and path of every request so far. */
  readonly asked: readonly string[];
  /** Leads to another relay from now on, as a balancer would; what is open stays where it is. */
  leadTo(address: string): void;
  /** Ends everything under way and refuses everything new. */
  cut(): void;
  mend(): void;
  close(): Promise<void>;
}

/** Starts a wire that lets the browser ask for `relay` ("127.0.0.1:8787") only, and leads there. */
export async function startWire(relay: string): Promise<Wire> {
  const open = new Set<Duplex>();
  const strangers: string[] = [];
  const asked: string[] = [];
  const bodies: Buffer[] = [];
  let isRecording = false;
  let isCut = false;
  let target = relay;
  const portOf = (address: string) => Number(address.split(":")[1]);

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
  const forward = (from: IncomingMessage, answer: ServerResponse) => {
    const url = URL.parse(from.url ?? "");
    if (url === null || !isOpenTo(url.host)) return void from.socket.destroy();
    const { method = "GET", headers } = from;
    const path = `${url.pathname}${url.search}`;
    asked.push(`${method} ${path}`);
    if (isRecording) {
      bodies.push(Buffer.from(`${method} ${path} ${JSON.stringify(headers)}`));
      from.on("data", (part: Buffer) => bodies.push(part));
    }
    const onward = request(
      { host: "127.0.0.1", port: portOf(target), path, method, headers },
      (got) => {
        answer.writeHead(got.statusCode ?? 502, got.headers);
        got.pipe(answer);
      },
    );
    onward.on("error", () => from.socket.destroy());
    from.pipe(onward);
  };

  // WebSockets: the browser asks for a tunnel.
  const tunnel = (from: IncomingMessage, near: Duplex, head: Buffer) => {
    const host = from.url ?? "";
    if (!isOpenTo(host)) return void near.destroy();
    const far: Socket = connect({ host: "127.0.0.1", port: portOf(target) });
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
    asked,
    record: () => {
      isRecording = true;
    },
    recorded: () => bodies,
    leadTo: (address) => {
      target = address;
    },
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
