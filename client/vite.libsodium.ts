/** libsodium's WebAssembly as a file of its own: in the script it stands as text, which packs a quarter worse. */
import type { Plugin } from "vite";

/** How the library's script, as released, turns that text into bytes, inside an async function. */
const DECODED =
  /\(\w=>\{for\(var \w,\w,\w=0,[^{}]*;\w<\w;[^{}]*return \w\}\)\("([A-Za-z0-9+/]+=*)"\)/g;

/** @throws while building, where the library's script is another than the one this was written for. */
export function libsodiumFile(): Plugin {
  return {
    name: "libsodium-file",
    apply: "build",
    transform(code, id) {
      if (!/libsodium-sumo\/.*\/libsodium-sumo\.mjs$/.test(id)) return null;
      const [found, ...more] = code.matchAll(DECODED);
      const source = Buffer.from(found?.[1] ?? "", "base64");
      if (found === undefined || more.length > 0 || !WebAssembly.validate(source))
        throw new Error("libsodium does not hold its WebAssembly as it did");
      const file = this.emitFile({ type: "asset", name: "libsodium.wasm", source });
      const fetched = `new Uint8Array(await(await fetch(import.meta.ROLLUP_FILE_URL_${file})).arrayBuffer())`;
      return { code: code.replace(found[0], () => fetched), map: null };
    },
  };
}
