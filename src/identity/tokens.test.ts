import { expect, test } from "vitest";
import { createDb, systemClock } from "#platform";
import { createTokens } from "./tokens.ts";

const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");

test("a token is not called bad because the database is away", async () => {
  // Nothing listens on port 1.
  const db = createDb({ connectionString: "postgresql://127.0.0.1:1/none" });
  const tokens = createTokens({ db, clock: systemClock });
  const token = `${part({ alg: "RS256", kid: "any" })}.${part({ exp: 4_000_000_000, jti: "1" })}.AAAA`;
  await expect(tokens.verify(token)).rejects.toMatchObject({ code: "ECONNREFUSED" });
  await expect(tokens.verify("no token")).rejects.toMatchObject({ code: "identity.bad_token" });
  await db.close();
});
