/**
 * Builds the page into dist/playground: static files with relative addresses, for any folder of any web server.
 * It stands beside the sources that it builds, as bundle.mjs does.
 */
import { defineConfig } from "vite";

export default defineConfig({
  root: import.meta.dirname,
  base: "./",
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  build: {
    outDir: "../../dist/playground",
    emptyOutDir: true,
    target: "es2022",
    // Every browser that the target names knows modulepreload.
    modulePreload: { polyfill: false },
    // The page's policy lets no script and no style stand in its text; a small file is a file all the same.
    assetsInlineLimit: 0,
    reportCompressedSize: false,
    chunkSizeWarningLimit: 1000,
  },
  worker: { format: "es" },
  preview: { host: "127.0.0.1" },
});
