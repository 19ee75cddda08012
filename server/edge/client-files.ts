/** The built client, read once into memory: an allow-list of paths, each with its bytes and their compressed forms. */
import { readdir, readFile } from "node:fs/promises";
import { extname, join, relative, sep } from "node:path";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";

export interface ClientFile {
  readonly type: string;
  readonly cacheControl: string;
  readonly plain: Buffer;
  /** Null where compressing gains nothing. */
  readonly brotli: Buffer | null;
  readonly gzip: Buffer | null;
}

/** By path, as a request names it: `/` is the page. */
export type ClientFiles = ReadonlyMap<string, ClientFile>;

const TYPES = new Map([
  [".html", "text/html; charset=utf-8"],
  [".js", "text/javascript; charset=utf-8"],
  [".css", "text/css; charset=utf-8"],
  [".svg", "image/svg+xml"],
  [".png", "image/png"],
  [".ico", "image/x-icon"],
  [".wasm", "application/wasm"],
  [".woff2", "font/woff2"],
  [".webmanifest", "application/manifest+json"],
  [".txt", "text/plain; charset=utf-8"],
]);
const COMPRESSED = /^text\/|svg|wasm|json/;
/** Far above the page's needs of speed at start, near the best in size. */
const BROTLI_QUALITY = 9;

const brotli = promisify(brotliCompress);
const zip = promisify(gzip);

/** All files of known types below `folder`; null where no page is there, since it was not built. */
export async function loadClientFiles(folder: string): Promise<ClientFiles | null> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const files = new Map<string, ClientFile>();
  await Promise.all(
    entries.map(async (entry) => {
      const type = TYPES.get(extname(entry.name));
      if (!entry.isFile() || type === undefined) return;
      const file = join(entry.parentPath, entry.name);
      const path = `/${relative(folder, file).split(sep).join("/")}`;
      files.set(path === "/index.html" ? "/" : path, await load(file, path, type));
    }),
  );
  return files.has("/") ? files : null;
}

async function load(file: string, path: string, type: string): Promise<ClientFile> {
  const plain = await readFile(file);
  const [asBrotli, asGzip] = COMPRESSED.test(type)
    ? await Promise.all([
        brotli(plain, { params: { [constants.BROTLI_PARAM_QUALITY]: BROTLI_QUALITY } }),
        zip(plain, { level: 9 }),
      ])
    : [null, null];
  const ifSmaller = (packed: Buffer | null) =>
    packed !== null && packed.length < plain.length ? packed : null;
  return {
    type,
    cacheControl: cacheControlOf(path, type),
    plain,
    brotli: ifSmaller(asBrotli),
    gzip: ifSmaller(asGzip),
  };
}

function cacheControlOf(path: string, type: string): string {
  if (type.startsWith("text/html")) return "no-store";
  // The build names these by a hash of their content.
  return path.startsWith("/assets/") ? "public, max-age=31536000, immutable" : "no-cache";
}
