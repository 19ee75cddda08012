/** What a browser must load, weighed after the build: all of it, and what the first paint waits for. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { ROOT } from "./test/run.ts";

/** Of JavaScript, style and HTML together, gzipped. */
const MOST_BYTES = 300_000;
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
    .filter((name) => /\.(js|css|html)$/.test(name))
    .toSorted()
    .map((name): Part => {
      const bytes = readFileSync(join(folder, name));
      return { name, text: bytes.toString(), gzippedBytes: gzipSync(bytes, { level: 9 }).length };
    });
  const totalBytes = parts.reduce((sum, part) => sum + part.gzippedBytes, 0);
  const first = firstParts(parts);
  const heavy = first.filter((part) => part.text.includes(LIBSODIUM));
  const isKnown = parts.some((part) => part.text.includes(LIBSODIUM));
  const firstBytes = first.reduce((sum, part) => sum + part.gzippedBytes, 0);
  return {
    lines: [
      ...parts.map(({ name, gzippedBytes }) => `${kilobytes(gzippedBytes)}  ${name}`),
      `${kilobytes(totalBytes)}  in all, of ${kilobytes(MOST_BYTES).trim()} allowed (gzipped)`,
      `${kilobytes(firstBytes)}  before the first paint: ${first.map(({ name }) => name).join(", ")}`,
      ...heavy.map(({ name }) => `libsodium is in ${name}, which the first paint waits for`),
      ...(isKnown ? [] : ["libsodium was found in no chunk: this check no longer sees it"]),
    ],
    isWithin: totalBytes <= MOST_BYTES && heavy.length === 0 && isKnown,
  };
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
