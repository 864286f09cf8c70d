export interface LoadRequest {
  /** POST when absent. */
  readonly method?: string;
  readonly path: string;
  readonly body?: string;
}

export interface LoadOptions {
  readonly port: number;
  readonly authorization: string;
  readonly clients: number;
  readonly seconds: number;
  /** Of each client; without end when absent. */
  readonly requests?: number;
  readonly warmUpSeconds?: number;
  readonly next: (client: number, count: number) => LoadRequest;
}

export interface LoadResult {
  readonly perSecond: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly requests: number;
  readonly acknowledged: number;
  readonly failures: number;
  readonly firstFailure: string;
  /** Milliseconds, in the order of the answers. */
  readonly latencies: readonly number[];
}

export const runLoad: (options: LoadOptions) => Promise<LoadResult>;
