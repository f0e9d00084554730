// Builds the page into dist/page: plain files with relative addresses, for any static host and for `zkstate serve`.
import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  root: here("."),
  base: "./",
  // The hash's tables would be half of the bundle; they are made at the start instead.
  resolve: { alias: { "poseidon-lite": here("../poseidon/poseidon-lite.ts") } },
  worker: { format: "es" },
  build: {
    outDir: here("../../dist/page"),
    emptyOutDir: true,
    target: "es2023",
    assetsInlineLimit: 0, // the content security policy knows no data: scripts or styles
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 700, // mcl, which is loaded by choice
    license: { fileName: "assets/licences.md" },
  },
});
