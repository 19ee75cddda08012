/** How the client is built: hashed files of our own origin only, nothing inline, the same bytes every time. */
import { fileURLToPath } from "node:url";
import { build, defineConfig, type Plugin } from "vite";
import { libsodiumFile } from "./vite.libsodium.ts";
import { minifyAgain } from "./vite.terser.ts";

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/**
 * "virtual:chunk-worker" says where the worker's script is. Vite's own way builds workers apart from the page; as a chunk
 * of the same build it shares the page's libsodium, which is most of what travels.
 */
function chunkWorker(): Plugin {
  const name = "virtual:chunk-worker";
  const script = "chunk-worker.ts";
  let isBuilt = false;
  return {
    name: "chunk-worker",
    configResolved({ command }) {
      isBuilt = command === "build";
    },
    resolveId: (id) => (id === name ? `\0${name}` : null),
    load(id) {
      if (id !== `\0${name}`) return null;
      if (!isBuilt) return `export const url = "/${script}";`;
      const chunk = this.emitFile({ type: "chunk", id: here(`./${script}`), name: "chunk-worker" });
      return `export const url = import.meta.ROLLUP_FILE_URL_${chunk};`;
    },
  };
}

/**
 * The service worker is one plain script at an address that stays, for not every browser takes modules there; so it is
 * built by itself and shares no chunk with the page.
 */
function mediaWorker(target: string): Plugin {
  return {
    name: "media-worker",
    apply: "build",
    async generateBundle() {
      const built = await build({
        configFile: false,
        root: here("."),
        logLevel: "warn",
        build: {
          target,
          write: false,
          rollupOptions: {
            input: here("./media/playing/media-worker.ts"),
            output: { format: "iife", entryFileNames: "media-worker.js" },
          },
        },
      });
      const [chunk] = "output" in built ? built.output : [];
      if (chunk === undefined) throw new Error("the service worker was not built");
      chunk.moduleIds.forEach((id) => this.addWatchFile(id));
      this.emitFile({ type: "asset", fileName: chunk.fileName, source: chunk.code });
    },
  };
}

const TARGET = "es2022";

export default defineConfig({
  plugins: [chunkWorker(), mediaWorker(TARGET), libsodiumFile(), minifyAgain()],
  root: here("."),
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  build: {
    outDir: "../dist/client",
    emptyOutDir: true,
    target: TARGET,
    // Served as immutable, so a name must be a hash of the content.
    assetsDir: "assets",
    // The policy of the page allows no data: address.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    sourcemap: false,
    reportCompressedSize: false,
    rollupOptions: {
      output: {
        // A visitor fetches one catalogue; scripts/bundle-size.ts knows them by their names.
        chunkFileNames: ({ facadeModuleId }) =>
          facadeModuleId?.includes("/i18n/") === true
            ? "assets/language-[name]-[hash].js"
            : "assets/[name]-[hash].js",
      },
    },
  },
});
