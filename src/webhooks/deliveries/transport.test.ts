import http from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createTransport } from "./transport.ts";

let server: http.Server;
let port = 0;
let isAsked = 0;
let whenAsked: () => void = () => {};
beforeAll(async () => {
  server = http.createServer((request, response) => {
    isAsked += 1;
    whenAsked();
    if (request.url === "/endless") {
      const pour = () => {
        while (!response.destroyed && response.write("x".repeat(1000)));
        if (!response.destroyed) response.once("drain", pour);
      };
      pour();
    } else if (request.url !== "/silent") response.end("hello");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  port = (server.address() as AddressInfo).port;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const outgoing = (host: string, path = "/") => ({
  url: `http://${host}:${port}${path}`,
  method: "POST",
  headers: {},
  body: "{}",
});

test("no private address is called, by number or by name, unless that is allowed", async () => {
  const guarded = createTransport({ allowsPrivate: false });
  for (const host of ["127.0.0.1", "localhost", "[::ffff:127.0.0.1]"]) {
    const sent = await guarded.send(outgoing(host));
    expect([sent.status, sent.problem]).toEqual([null, expect.stringContaining("private network")]);
  }
  expect(isAsked).toBe(0);
  guarded.close();
  const open = createTransport({ allowsPrivate: true });
  expect(await open.send(outgoing("127.0.0.1"))).toMatchObject({ status: 200, answer: "hello", problem: "" });
  open.close();
});

test("of an answer without end the beginning is read, and no more", async () => {
  const transport = createTransport({ allowsPrivate: true });
  const sent = await transport.send(outgoing("127.0.0.1", "/endless"));
  expect([sent.status, sent.answer]).toEqual([200, "x".repeat(2000)]);
  transport.close();
});

test("what is under way is broken off at the end", async () => {
  const transport = createTransport({ allowsPrivate: true });
  const asked = new Promise<void>((resolve) => {
    whenAsked = resolve;
  });
  const sending = transport.send(outgoing("127.0.0.1", "/silent"));
  await asked;
  transport.close();
  expect((await sending).status).toBeNull();
});

test("a name that nobody has is said to be so", async () => {
  const transport = createTransport({ allowsPrivate: false });
  const sent = await transport.send(outgoing("nobody.invalid"));
  expect(sent.status).toBeNull();
  expect(sent.problem).toMatch(/name/);
  transport.close();
});
