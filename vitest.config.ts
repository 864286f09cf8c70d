import { availableParallelism } from "node:os";
import { configDefaults, defineConfig } from "vitest/config";

/** `npm run check` leaves out what takes long: see scripts/test.mjs. */
const quick = process.env.FEALTY_QUICK === "1";
const exclude = [...configDefaults.exclude, ...(quick ? ["**/*.long.test.ts"] : [])];

/** Projects do not extend this file: each would run the global set-up, and so start a PostgreSQL, of its own. */
const project = (name: string, include: string[], testTimeout: number) => ({
  test: { name, include, exclude, testTimeout, hookTimeout: 120_000, restoreMocks: true },
});

export default defineConfig({
  test: {
    watch: false,
    maxWorkers: Math.min(8, Math.max(2, availableParallelism())),
    globalSetup: ["tests/support/postgres-server.ts"],
    projects: [
      project("unit", ["src/**/*.test.ts", "console/src/**/*.test.ts", "tests/*.test.ts"], 30_000),
      project("http", ["tests/http/**/*.test.ts"], 30_000),
      // These start servers, browsers and crashes of their own, and a small machine takes its time.
      project("scenarios", ["tests/scenarios/**/*.test.ts", "tests/simulation/**/*.test.ts"], 120_000),
      project("browser", ["tests/browser/**/*.test.ts"], 120_000),
      project("crash", ["tests/crash/**/*.test.ts"], 900_000),
    ],
  },
});
