/** The plainest fan-out: a `ws` server that sends each post to each member of its room, one by one. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { WebSocketServer, type WebSocket } from "ws";

const rooms = new Map<string, Set<WebSocket>>();
const http = createServer();
const server = new WebSocketServer({ server: http, perMessageDeflate: false });

server.on("connection", (socket, request) => {
  const name = request.url ?? "";
  const room = rooms.get(name) ?? new Set();
  rooms.set(name, room.add(socket));
  socket.on("close", () => room.delete(socket));
  socket.on("message", (post) => {
    for (const member of room) member.send(post);
  });
});

http.listen(Number(process.env["PORT"] ?? 0), "127.0.0.1", () => {
  console.log((http.address() as AddressInfo).port);
});
