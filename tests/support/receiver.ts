import { once } from "node:events";
import http from "node:http";
import type { AddressInfo, Socket } from "node:net";

export interface ReceivedCall {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests reach into bodies of every shape
  readonly body: any;
}

/** How the receiver meets a call: an answer, a connection that breaks off, or silence until it is let go. */
export type Behaviour =
  | { readonly status: number; readonly headers?: Record<string, string>; readonly body?: string }
  | "reset"
  | "silence";

const OK: Behaviour = { status: 200, body: '{"ok":true}' };

/** A receiver of webhooks on a port of this machine that behaves as it is told. */
export const startReceiver = async () => {
  const received: ReceivedCall[] = [];
  const next: Behaviour[] = [];
  const held: (() => void)[] = [];
  let whenReceived: (() => void)[] = [];
  let judge: (call: ReceivedCall) => Behaviour = () => next.shift() ?? OK;
  let open = 0;
  let mostOpen = 0;
  const sockets = new Set<Socket>();
  const server = http.createServer((request, response) => {
    const chunks: Buffer[] = [];
    open += 1;
    mostOpen = Math.max(mostOpen, open);
    response.on("close", () => {
      open -= 1;
    });
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const text = Buffer.concat(chunks).toString("utf8");
      const call = {
        method: request.method ?? "",
        url: request.url ?? "",
        headers: request.headers as Record<string, string>,
        text,
        body: text === "" ? null : JSON.parse(text),
      };
      received.push(call);
      const behaviour = judge(call);
      const answer = () => {
        const {
          status,
          headers = {},
          body = "",
        } = behaviour === "silence" ? OK : (behaviour as typeof OK & object);
        response.writeHead(status, headers).end(body);
      };
      if (behaviour === "reset") request.socket.resetAndDestroy();
      else if (behaviour === "silence") held.push(answer);
      else answer();
      for (const tell of whenReceived.splice(0)) tell();
    });
  });
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/hooks`,
    received,
    /** The next calls are met so; those after them with 200. */
    next: (...behaviours: Behaviour[]) => {
      next.push(...behaviours);
    },
    /** From now on calls are met as this says. */
    judge: (by: (call: ReceivedCall) => Behaviour) => {
      judge = by;
    },
    /** Answers the calls that were met with silence. */
    letGo: () => {
      for (const answer of held.splice(0)) answer();
    },
    /** Resolves when so many calls have come in all. */
    whenReceived: async (count: number) => {
      while (received.length < count) await new Promise<void>((resolve) => whenReceived.push(resolve));
    },
    get mostOpen() {
      return mostOpen;
    },
    reset: () => {
      received.splice(0);
      next.splice(0);
      held.splice(0);
      judge = () => next.shift() ?? OK;
      mostOpen = 0;
    },
    stop: async () => {
      whenReceived = [];
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
};
export type Receiver = Awaited<ReturnType<typeof startReceiver>>;
