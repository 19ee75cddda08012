/** The other end of the plain `ws` server. */
import { WebSocket } from "ws";
import { nowMs, portOf, POST_BYTES, type Contender, type Seat } from "./contender.ts";

let serial = 0;
let rooms = 0;

/** Stamp of a post: the seat that sent it and when. */
const STAMP_BYTES = 12;

async function sit(url: string, isWatcher: boolean): Promise<Seat> {
  const socket = new WebSocket(url, { perMessageDeflate: false });
  const id = (serial += 1);
  let delivered = 0;
  let returned = 0;
  let seen: (ageMs: number) => void = () => undefined;

  const read = (post: Buffer) => {
    delivered += 1;
    if (!isWatcher || post.length < STAMP_BYTES) return;
    if (post.readUInt32BE(0) === id) returned += 1;
    seen(nowMs() - post.readDoubleBE(4));
  };
  socket.on("message", (data) => read(data as Buffer));
  await new Promise((resolve, reject) => {
    socket.on("open", resolve);
    socket.on("error", reject);
  });
  return {
    send(count) {
      for (let i = 0; i < count; i++) {
        const post = Buffer.alloc(POST_BYTES);
        post.writeUInt32BE(id, 0);
        post.writeDoubleBE(nowMs(), 4);
        socket.send(post);
      }
    },
    delivered: () => delivered,
    returned: () => returned,
    watch: (call) => {
      seen = call;
    },
    close: () => socket.terminate(),
  };
}

export const plain: Contender = {
  name: "ws, send per recipient",
  server: "plain-server.ts",
  env: {},
  processes: 1,
  fill: (ports, members, watchers) => {
    const room = (rooms += 1);
    const url = (i: number) => `ws://127.0.0.1:${portOf(ports, i)}/${room}`;
    return Promise.all(Array.from({ length: members }, (_, i) => sit(url(i), i < watchers)));
  },
};
