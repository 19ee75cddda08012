/** How the client is built: hashed files of our own origin only, nothing inline, the same bytes every time. */
import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";

export default defineConfig({
  root: fileURLToPath(new URL(".", import.meta.url)),
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  build: {
    outDir: "../dist/client",
    emptyOutDir: true,
    target: "es2022",
    // Served as immutable, so a name must be a hash of the content.
    assetsDir: "assets",
    // The policy of the page allows no data: address.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    sourcemap: false,
    reportCompressedSize: false,
    // libsodium is one chunk of about 540 kB; scripts/bundle-size.ts watches what travels.
    chunkSizeWarningLimit: 700,
  },
});
