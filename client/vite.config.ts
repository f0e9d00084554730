// Builds the client for browsers into dist/client: zkstate-client.js, which is whole but for mcl, and its worker. Any static host can serve the files.
import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  root: here("."),
  // The hash's tables would be half of the bundle; they are made at their first use instead.
  resolve: { alias: { "poseidon-lite": here("poseidon/poseidon-lite.ts") } },
  build: {
    outDir: here("../dist/client"),
    emptyOutDir: false, // Node's modules are there too
    copyPublicDir: false,
    target: "es2023",
    minify: true,
    modulePreload: false,
    reportCompressedSize: false,
    chunkSizeWarningLimit: 700, // mcl, which is loaded by choice
    rollupOptions: {
      input: { "zkstate-client": here("index.ts"), "zkstate-client-worker": here("worker-entry.ts") },
      preserveEntrySignatures: "allow-extension", // the worker and mcl take what they share from the client itself
      output: { format: "es", entryFileNames: "[name].js", chunkFileNames: "zkstate-client-[name].js" },
    },
    license: { fileName: "zkstate-client-licences.md" },
  },
});
