import { expect, test } from "vitest";
import { filled, queryText } from "./client.ts";
import { errorOf } from "./errors.ts";

test("paths are filled with encoded values", () => {
  expect(filled("/api/customers/{id}/ledger", { id: 12 })).toBe("/api/customers/12/ledger");
  expect(filled("/api/settings/{key}", { key: "a/b?c" })).toBe("/api/settings/a%2Fb%3Fc");
});

test("queries leave out what is empty", () => {
  expect(queryText({ q: "a b&c", after: undefined, tier: "", limit: 25, open: false })).toBe(
    "q=a+b%26c&limit=25&open=false",
  );
});

test("a refusal keeps the server's sentence, code and field", () => {
  const body = { error: { code: "orgs.taken", number: 70101, message: "code: it is taken.", field: "code" } };
  expect(errorOf(400, body)).toMatchObject({
    message: "code: it is taken.",
    code: "orgs.taken",
    number: 70101,
    field: "code",
    status: 400,
  });
});

test("answers of another shape still become a sentence", () => {
  for (const body of [undefined, null, "<html>", { error: "bad" }, { error: { code: 1 } }]) {
    expect(errorOf(502, body).message).toMatch(/could not answer/);
  }
});
