import { defineConfig } from "vitest/config";

// unit: the fast loop, no proofs and no child processes; its files share modules, which takes half the time.
// full: circuits, proofs, faults, the command line.
export default defineConfig({
  test: {
    pool: "forks",
    maxWorkers: 4, // two more than cores: many tests of the farm and of the page wait for a fault to be over
    reporters: ["default", "./test/helpers/summary-reporter.ts"],
    projects: [
      { extends: true, test: { name: "unit", isolate: false, include: ["test/unit/**/*.test.ts"], testTimeout: 60_000 } },
      { extends: true, test: { name: "full", include: ["test/full/**/*.test.ts"], testTimeout: 900_000, hookTimeout: 900_000 } },
    ],
  },
});
