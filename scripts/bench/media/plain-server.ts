/** The least that could take chunks and give them back: Node's HTTP server and a Map, in a process of its own. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

const chunks = new Map<string, Buffer>();

const server = createServer((asked, response) => {
  const path = asked.url ?? "";
  if (asked.method === "GET") {
    const chunk = chunks.get(path);
    response.writeHead(chunk === undefined ? 404 : 200, { "content-length": chunk?.length ?? 0 });
    response.end(chunk);
    return;
  }
  const parts: Buffer[] = [];
  asked.on("data", (part: Buffer) => parts.push(part));
  asked.on("end", () => {
    chunks.set(path, Buffer.concat(parts));
    response.writeHead(204).end();
  });
});
server.listen(0, "127.0.0.1", () => console.log((server.address() as AddressInfo).port));
