#!/usr/bin/env node
// Runs the command line from its TypeScript source; see `fealty --help`.
import { register } from "tsx/esm/api";

register();
await import("../src/main.ts");
