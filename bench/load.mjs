// A closed-loop HTTP load of keep-alive connections: each sends the next request when the last is answered. Kept small, so that
// on a shared machine most of the processor is left to what is measured. As a process of its own it prints one JSON line.
import { connect } from "node:net";

/**
 * Runs `clients` connections for `seconds`, or until each had `requests` answers; `next(client, n)` gives the n-th request of
 * a client as { method, path, body }. Resolves to requests per second and latencies in milliseconds of what was answered with
 * 200 after the warm-up, how many answers were 200 in all (`acknowledged`), and how many were not (`failures`).
 */
export const runLoad = async ({
  port,
  authorization,
  clients,
  seconds,
  requests = Number.POSITIVE_INFINITY,
  warmUpSeconds = 1,
  next,
}) => {
  const latencies = [];
  let acknowledged = 0;
  let failures = 0;
  let firstFailure = "";
  let counting = false;
  let stopping = false;
  const onePerRequest = requests !== Number.POSITIVE_INFINITY;

  const client = (index) =>
    new Promise((resolve, reject) => {
      const socket = connect(port, "127.0.0.1");
      socket.setNoDelay(true);
      let sent = 0n;
      let count = 0;
      let pending = "";
      let done = false;
      const send = () => {
        if (stopping || count >= requests) {
          done = true;
          socket.end();
          resolve();
          return;
        }
        const { method = "POST", path, body = "" } = next(index, count++);
        const length = Buffer.byteLength(body);
        sent = process.hrtime.bigint();
        socket.write(
          `${method} ${path} HTTP/1.1\r\nHost: bench\r\nAuthorization: ${authorization}\r\n${
            method === "GET" ? "" : `Content-Type: application/json\r\nContent-Length: ${length}\r\n`
          }\r\n${body}`,
        );
      };
      socket.on("connect", send);
      socket.on("error", reject);
      socket.on("close", () => done || reject(new Error("the server closed a connection")));
      socket.on("data", (chunk) => {
        pending += chunk.toString("latin1");
        const head = pending.indexOf("\r\n\r\n");
        if (head < 0) return;
        const length = Number(/content-length: (\d+)/i.exec(pending)?.[1] ?? 0);
        if (pending.length < head + 4 + length) return;
        const milliseconds = Number(process.hrtime.bigint() - sent) / 1e6;
        if (pending.startsWith("HTTP/1.1 200")) {
          acknowledged++;
          if (counting) latencies.push(milliseconds);
        } else {
          failures++;
          firstFailure ||= pending.slice(0, 600);
        }
        pending = "";
        send();
      });
    });

  const wait = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));
  const running = Promise.all(Array.from({ length: clients }, (_, index) => client(index)));
  if (onePerRequest) counting = true;
  else await Promise.race([running, wait(warmUpSeconds * 1000)]);
  counting = true;
  const began = process.hrtime.bigint();
  await Promise.race(onePerRequest ? [running] : [running, wait(seconds * 1000)]);
  counting = false;
  const elapsed = Number(process.hrtime.bigint() - began) / 1e9;
  stopping = true;
  await running;
  const inOrder = [...latencies];
  latencies.sort((a, b) => a - b);
  const at = (share) => latencies[Math.min(latencies.length - 1, Math.floor(latencies.length * share))] ?? 0;
  return {
    perSecond: latencies.length / elapsed,
    p50: at(0.5),
    p95: at(0.95),
    p99: at(0.99),
    requests: latencies.length,
    acknowledged,
    failures,
    firstFailure,
    latencies: inOrder,
  };
};

/** A bill of three lines by one of `members`, whose external ids are B1, B2 …, with a number nobody has used. */
const bill = (prefix, members) => (client, count) => {
  const member = 1 + Math.floor(Math.random() * members);
  const lines = [
    { itemCode: `SKU-${count % 977}`, qty: 2, rate: 12.5, value: 25, discount: 0, amount: 25 },
    { itemCode: `SKU-${count % 613}`, qty: 1, rate: 9.99, value: 9.99, discount: 0, amount: 9.99 },
    { itemCode: `SKU-${count % 331}`, qty: 3, rate: 5, value: 15, discount: 1, amount: 14 },
  ];
  const body = {
    type: "REGULAR",
    billNumber: `${prefix}-${client}-${count}`,
    billAmount: 48.99,
    lineItemsV2: lines,
  };
  return {
    path: `/v2/transactions?identifierName=externalId&identifierValue=B${member}&source=INSTORE`,
    body: JSON.stringify(body),
  };
};

if (process.argv[1] === new URL(import.meta.url).pathname) {
  const { prefix, members, ...options } = JSON.parse(process.argv[2]);
  const { latencies: _, ...result } = await runLoad({ ...options, next: bill(prefix, members) });
  process.stdout.write(`${JSON.stringify(result)}\n`);
}
