export interface Profiler {
  isRunning(): boolean;
  start(): void;
  stop(): void;
}
export const createProfiler: (path: string) => Profiler;
