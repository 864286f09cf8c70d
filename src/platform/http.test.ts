import { expect, test } from "vitest";
import { createHttp } from "./http.ts";
import { createLog } from "./log.ts";

test.each([
  [{ code: "ENOENT", syscall: "connect" }, 503],
  [{ code: "ECONNREFUSED" }, 503],
  [{ code: "57P01" }, 503],
  [{ code: "ENOENT", syscall: "open" }, 500],
  [{ code: "22008" }, 500],
])("%j answers %i", async (fault, status) => {
  const server = createHttp({ log: createLog("silent") });
  server.get("/v2/fault", async () => {
    throw Object.assign(new Error("fault"), fault);
  });
  const answer = await server.inject({ method: "GET", url: "/v2/fault" });
  expect(answer.statusCode).toBe(status);
  await server.close();
});

test("text that cannot be stored is the caller's fault, and the field is named", async () => {
  const server = createHttp({ log: createLog("silent") });
  server.post("/api/fault", async () => {
    throw Object.assign(new Error("fault"), { code: "22021" });
  });
  const send = (payload: object) => server.inject({ method: "POST", url: "/api/fault", payload });
  const answer = await send({ reason: "fine", lines: [{ note: "a\0" }] });
  expect([answer.statusCode, answer.json().error.field]).toEqual([400, "lines.0.note"]);
  const other = await send({ reason: "fine" });
  expect([other.statusCode, other.json().error.field]).toEqual([400, undefined]);
  await server.close();
});
