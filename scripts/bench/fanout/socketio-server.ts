/**
 * Socket.IO as its documentation has it: one room a URL, `io.to(room).emit` for each post; with a Redis,
 * over its adapter for sharded pub/sub.
 */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createShardedAdapter } from "@socket.io/redis-adapter";
import { Redis } from "ioredis";
import { Server } from "socket.io";

const http = createServer();
const io = new Server(http, { transports: ["websocket"], perMessageDeflate: false });

const redisUrl = process.env["BENCH_REDIS_URL"];
if (redisUrl !== undefined) {
  const [publisher, subscriber] = [new Redis(redisUrl), new Redis(redisUrl)];
  io.adapter(createShardedAdapter(publisher, subscriber));
}

io.on("connection", (socket) => {
  const room = String(socket.handshake.query["room"]);
  void socket.join(room);
  socket.on("post", (text: string) => io.to(room).emit("post", text));
});

http.listen(Number(process.env["PORT"] ?? 0), "127.0.0.1", () => {
  console.log((http.address() as AddressInfo).port);
});
