// A closed-loop HTTP load of keep-alive connections: each sends the next request when the last is answered. Kept small, so that
// on a shared machine most of the processor is left to what is measured. Runs as a process of its own; prints one JSON line.
import { connect } from "node:net";

/**
 * Runs `clients` connections for `seconds`; `next(client, n)` gives the n-th request of a client as { path, body }.
 * Resolves to requests per second, latencies in milliseconds, and how many answers were not 200.
 */
export const runLoad = async ({ port, authorization, clients, seconds, warmUpSeconds = 1, next }) => {
  const latencies = [];
  let failures = 0;
  let firstFailure = "";
  let counting = false;
  let stopping = false;

  const client = (index) =>
    new Promise((resolve, reject) => {
      const socket = connect(port, "127.0.0.1");
      socket.setNoDelay(true);
      let sent = 0n;
      let count = 0;
      let pending = "";
      const send = () => {
        if (stopping) {
          socket.end();
          resolve();
          return;
        }
        const { path, body } = next(index, count++);
        const length = Buffer.byteLength(body);
        sent = process.hrtime.bigint();
        socket.write(
          `POST ${path} HTTP/1.1\r\nHost: bench\r\nAuthorization: ${authorization}\r\nContent-Type: application/json\r\nContent-Length: ${length}\r\n\r\n${body}`,
        );
      };
      socket.on("connect", send);
      socket.on("error", reject);
      socket.on("data", (chunk) => {
        pending += chunk.toString("latin1");
        const head = pending.indexOf("\r\n\r\n");
        if (head < 0) return;
        const length = Number(/content-length: (\d+)/i.exec(pending)?.[1] ?? 0);
        if (pending.length < head + 4 + length) return;
        if (counting) {
          latencies.push(Number(process.hrtime.bigint() - sent) / 1e6);
          if (!pending.startsWith("HTTP/1.1 200")) {
            failures++;
            firstFailure ||= pending.slice(0, 400);
          }
        }
        pending = "";
        send();
      });
    });

  const running = Promise.all(Array.from({ length: clients }, (_, index) => client(index)));
  await new Promise((resolve) => setTimeout(resolve, warmUpSeconds * 1000));
  counting = true;
  const began = process.hrtime.bigint();
  await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
  counting = false;
  const elapsed = Number(process.hrtime.bigint() - began) / 1e9;
  stopping = true;
  await running;
  latencies.sort((a, b) => a - b);
  const at = (share) => latencies[Math.min(latencies.length - 1, Math.floor(latencies.length * share))] ?? 0;
  return {
    perSecond: latencies.length / elapsed,
    p50: at(0.5),
    p95: at(0.95),
    p99: at(0.99),
    requests: latencies.length,
    failures,
    firstFailure,
  };
};

/** A bill of three lines by one of `customers` members, with a number nobody has used. */
const bill = (prefix, customers) => (client, count) => {
  const member = 1 + Math.floor(Math.random() * customers);
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
  const { prefix, customers, ...options } = JSON.parse(process.argv[2]);
  const result = await runLoad({ ...options, next: bill(prefix, customers) });
  process.stdout.write(`${JSON.stringify(result)}\n`);
  process.exit(0);
}
