import http from "node:http";
import https from "node:https";
import { isIP } from "node:net";
import { performance } from "node:perf_hooks";
import { isPrivateAddress, publicLookup } from "../definitions/addresses.ts";

/** A call to a receiver. */
export interface Outgoing {
  readonly url: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** What came of a call. */
export interface Sent {
  /** Null: there was no answer. */
  readonly status: number | null;
  readonly took: number;
  /** The beginning of the answer's body. */
  readonly answer: string;
  readonly retryAfter: string | null;
  /** Why there was no answer; else empty. */
  readonly problem: string;
}

export interface Transport {
  send(outgoing: Outgoing): Promise<Sent>;
  /** Breaks off what is under way. */
  close(): void;
}

const TIMEOUT = 30_000;
/** Of an answer so much is kept, for people to read. */
const MAX_ANSWER = 2000;

const PROBLEMS: Readonly<Record<string, string>> = {
  ECONNREFUSED: "The receiver refused the connection.",
  ECONNRESET: "The receiver broke off the connection.",
  EPIPE: "The receiver broke off the connection.",
  ENOTFOUND: "The receiver's name is not known.",
  EAI_AGAIN: "The receiver's name could not be looked up.",
  EHOSTUNREACH: "The receiver cannot be reached.",
  ENETUNREACH: "The receiver cannot be reached.",
  ETIMEDOUT: "The receiver did not answer in time.",
  ABORT_ERR: "The receiver did not answer in time.",
  EPRIVATE: "The receiver's name leads into a private network, which this server does not call.",
  CERT_HAS_EXPIRED: "The receiver's certificate has expired.",
  DEPTH_ZERO_SELF_SIGNED_CERT: "The receiver's certificate is signed by itself.",
  SELF_SIGNED_CERT_IN_CHAIN: "The receiver's certificate is signed by itself.",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: "The receiver's certificate cannot be verified.",
  ERR_TLS_CERT_ALTNAME_INVALID: "The receiver's certificate is for another name.",
};

const problemOf = (error: unknown): string => {
  const { code, name } = error as { code?: string; name?: string };
  if (name === "AbortError" || name === "TimeoutError") return PROBLEMS.ABORT_ERR!;
  return PROBLEMS[code ?? ""] ?? `The call failed (${code ?? "unknown"}).`;
};

export interface TransportOptions {
  readonly allowsPrivate: boolean;
  /** Milliseconds for a whole call, its answer included; 30 s when absent. */
  readonly timeout?: number | undefined;
}

/** Calls receivers: redirects are not followed, and no private address is called unless that is allowed. */
export const createTransport = ({ allowsPrivate, timeout = TIMEOUT }: TransportOptions): Transport => {
  const agents = {
    "http:": new http.Agent({ keepAlive: true, maxFreeSockets: 10 }),
    "https:": new https.Agent({ keepAlive: true, maxFreeSockets: 10 }),
  };
  const underWay = new Set<AbortController>();

  const call = ({ url, method, headers, body }: Outgoing, signal: AbortSignal): Promise<Omit<Sent, "took">> =>
    new Promise((resolve, reject) => {
      const target = new URL(url);
      const host = target.hostname.replace(/^\[|\]$/g, "");
      // A number is connected to without being looked up.
      if (!allowsPrivate && isIP(host) !== 0 && isPrivateAddress(host)) {
        reject(Object.assign(new Error("a private address"), { code: "EPRIVATE" }));
        return;
      }
      const { request } = target.protocol === "https:" ? https : http;
      const outgoing = request(
        target,
        {
          method,
          headers: {
            "content-type": "application/json; charset=utf-8",
            accept: "application/json, */*",
            "user-agent": "Fealty",
            ...headers,
            "content-length": Buffer.byteLength(body),
          },
          agent: agents[target.protocol as keyof typeof agents],
          signal,
          ...(allowsPrivate ? {} : { lookup: publicLookup }),
        },
        (response) => {
          const chunks: Buffer[] = [];
          let size = 0;
          const status = response.statusCode ?? 0;
          const done = () =>
            resolve({
              status,
              answer: Buffer.concat(chunks).toString("utf8").slice(0, MAX_ANSWER).replaceAll("\0", ""),
              retryAfter: response.headers["retry-after"] ?? null,
              problem: "",
            });
          response.on("data", (chunk: Buffer) => {
            if (size < MAX_ANSWER) chunks.push(chunk);
            size += chunk.length;
            // Nobody reads more, and an answer without end would hold the connection.
            if (size > 20 * MAX_ANSWER) {
              done();
              response.destroy();
            }
          });
          response.on("end", done);
          response.on("error", reject);
          response.on("aborted", () =>
            reject(Object.assign(new Error("broken off"), { code: "ECONNRESET" })),
          );
        },
      );
      outgoing.on("error", reject);
      outgoing.end(body);
    });

  return {
    send: async (outgoing) => {
      const begun = performance.now();
      const took = () => Math.round(performance.now() - begun);
      const aborting = new AbortController();
      const timer = setTimeout(() => aborting.abort(), timeout);
      underWay.add(aborting);
      try {
        return { ...(await call(outgoing, aborting.signal)), took: took() };
      } catch (error) {
        return { status: null, took: took(), answer: "", retryAfter: null, problem: problemOf(error) };
      } finally {
        clearTimeout(timer);
        underWay.delete(aborting);
      }
    },
    close: () => {
      for (const aborting of underWay) aborting.abort();
      agents["http:"].destroy();
      agents["https:"].destroy();
    },
  };
};
