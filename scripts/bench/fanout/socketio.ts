/** The other end of Socket.IO, speaking its protocol (Engine.IO 4) over a bare socket: cheaper for the load than its client. */
import { WebSocket } from "ws";
import { nowMs, portOf, POST_BYTES, type Contender, type Seat } from "./contender.ts";

let serial = 0;
let rooms = 0;

const CONNECT = "40";
const EVENT = '42["post","';
const PING = "2";
const PONG = "3";

async function sit(url: string, isWatcher: boolean): Promise<Seat> {
  const socket = new WebSocket(url, { perMessageDeflate: false });
  const id = String((serial += 1));
  let delivered = 0;
  let returned = 0;
  let seen: (ageMs: number) => void = () => undefined;

  const read = (packet: Buffer) => {
    delivered += 1;
    if (!isWatcher) return;
    const [sender, sentAt] = packet.toString("latin1", EVENT.length, 64).split(" ");
    if (sender === id) returned += 1;
    seen(nowMs() - Number(sentAt));
  };
  await new Promise<void>((resolve, reject) => {
    socket.on("error", reject);
    socket.on("open", () => socket.send(CONNECT));
    socket.on("message", (data) => {
      const packet = data as Buffer;
      if (packet.length > EVENT.length) {
        if (packet.toString("latin1", 0, 2) === CONNECT) resolve();
        else if (packet.toString("latin1", 0, 2) === "42") read(packet);
      } else if (packet.toString("latin1") === PING) socket.send(PONG);
    });
  });
  return {
    send(count) {
      for (let i = 0; i < count; i++) {
        const text = `${id} ${nowMs()} `;
        socket.send(`${EVENT}${text.padEnd(POST_BYTES, "x")}"]`);
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

export const socketio: Contender = {
  name: "Socket.IO",
  server: "socketio-server.ts",
  env: {},
  processes: 1,
  fill: (ports, members, watchers) => {
    const room = (rooms += 1);
    const url = (i: number) =>
      `ws://127.0.0.1:${portOf(ports, i)}/socket.io/?EIO=4&transport=websocket&room=${room}`;
    return Promise.all(Array.from({ length: members }, (_, i) => sit(url(i), i < watchers)));
  },
};
