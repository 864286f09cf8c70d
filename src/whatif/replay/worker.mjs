// A thread reads no TypeScript unless it is told to, however its process does.
import { register } from "tsx/esm/api";

register();
await import("./worker.ts");
