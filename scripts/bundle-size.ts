/**
 * What a browser must load, weighed after the build: all of it, and what the first paint waits for.
 *
 * The law is about what one visitor can come to fetch. That is every file but the catalogues of languages that they do not
 * speak: of these only the largest is counted, as if everybody spoke that language. English is in the first chunk, so it is
 * always counted; what the other catalogues add is told on a line of its own.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { ROOT } from "./test/run.ts";

/** Of JavaScript, WebAssembly, style and HTML together, gzipped. */
const MOST_BYTES = 300_000;
/** Catalogues of languages, as client/vite.config.ts names them. */
const LANGUAGE = /language-[a-z]+-[\w-]+\.js$/;
/** A word that is in libsodium's code whatever the minifier does, and in no other chunk. */
const LIBSODIUM = "crypto_aead_xchacha20poly1305_ietf_encrypt";

interface Part {
  readonly name: string;
  readonly text: string;
  readonly gzippedBytes: number;
}

export interface Measured {
  readonly lines: readonly string[];
  readonly isWithin: boolean;
}

/**
 * Weighs the built client in `folder`.
 * @throws where there is no build.
 */
export function measureBundle(folder: string = join(ROOT, "dist/client")): Measured {
  const parts = readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => /\.(js|css|html|wasm)$/.test(name))
    .toSorted()
    .map((name): Part => {
      const bytes = readFileSync(join(folder, name));
      return { name, text: bytes.toString(), gzippedBytes: gzipSync(bytes, { level: 9 }).length };
    });
  const languages = parts.filter(({ name }) => LANGUAGE.test(name));
  const spoken = languages.toSorted((a, b) => b.gzippedBytes - a.gzippedBytes).slice(0, 1);
  const unspoken = languages.filter((part) => !spoken.includes(part));
  const otherBytes = bytesOf(unspoken);
  const totalBytes = bytesOf(parts) - otherBytes;
  const first = firstParts(parts);
  const heavy = first.filter((part) => part.text.includes(LIBSODIUM));
  const isKnown = parts.some((part) => part.text.includes(LIBSODIUM));
  const firstBytes = bytesOf(first);
  return {
    lines: [
      ...parts.map(({ name, gzippedBytes }) => `${kilobytes(gzippedBytes)}  ${name}`),
      `${kilobytes(totalBytes)}  in all with one language, of ${kilobytes(MOST_BYTES).trim()} allowed (gzipped)`,
      `${kilobytes(otherBytes)}  in ${unspoken.length} other languages, which that visitor never fetches`,
      `${kilobytes(firstBytes)}  before the first paint: ${first.map(({ name }) => name).join(", ")}`,
      ...heavy.map(({ name }) => `libsodium is in ${name}, which the first paint waits for`),
      ...(isKnown ? [] : ["libsodium was found in no chunk: this check no longer sees it"]),
    ],
    isWithin: totalBytes <= MOST_BYTES && heavy.length === 0 && isKnown,
  };
}

function bytesOf(parts: readonly Part[]): number {
  return parts.reduce((sum, part) => sum + part.gzippedBytes, 0);
}

/** The page and what it names, with everything that those import statically. */
function firstParts(parts: readonly Part[]): readonly Part[] {
  const page = parts.filter(({ name }) => name.endsWith(".html"));
  const found = new Set(page);
  for (const part of found) {
    const isPage = part.name.endsWith(".html");
    for (const other of parts) {
      const file = other.name.split("/").at(-1) ?? "";
      const isNamed = isPage ? part.text.includes(file) : importsStatically(part.text, file);
      if (isNamed) found.add(other);
    }
  }
  return [...found];
}

/** True when the code has `from "./file"` or `import "./file"`; a dynamic `import(…)` can wait. */
function importsStatically(code: string, file: string): boolean {
  return [`from"./${file}"`, `import"./${file}"`].some((form) =>
    code
      .replaceAll("'", '"')
      .replaceAll(/\b(from|import)\s+"/g, '$1"')
      .includes(form),
  );
}

const kilobytes = (bytes: number) => `${(bytes / 1000).toFixed(1).padStart(7)} kB`;

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { lines, isWithin } = measureBundle();
  for (const line of lines) console.log(line);
  process.exitCode = isWithin ? 0 : 1;
}
