import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { selfSigned } from "../tests/support/certificate.ts";
import { loadConfig } from "./config.ts";

const directory = mkdtempSync(join(tmpdir(), "fealty-config-"));
afterAll(() => rmSync(directory, { recursive: true }));

test("without settings nothing is mailed", () => {
  expect(loadConfig({}, {}).mail).toBeNull();
});

test("webhooks reach private networks only where that is said", () => {
  expect(loadConfig({}, {}).privateWebhooks).toBe(false);
  expect(loadConfig({}, { FEALTY_PRIVATE_WEBHOOKS: "1" }).privateWebhooks).toBe(true);
  expect(() => loadConfig({}, { FEALTY_PRIVATE_WEBHOOKS: "yes" })).toThrow(/FEALTY_PRIVATE_WEBHOOKS/);
});

test("mail goes as the environment says, by a certificate of one's own", () => {
  const path = join(directory, "ca.pem");
  const { cert } = selfSigned();
  writeFileSync(path, cert);
  const { mail } = loadConfig(
    {},
    {
      FEALTY_SMTP_URL: "smtps://shop:secret@mail.example.com",
      FEALTY_MAIL_FROM: "Shop <shop@example.com>",
      FEALTY_SMTP_CA: path,
    },
  );
  expect(mail).toMatchObject({ host: "mail.example.com", tls: "implicit", certificates: cert });
});

test("everything that is wrong is said at once, and no password", () => {
  const load = () =>
    loadConfig(
      { port: "x" },
      {
        FEALTY_SMTP_URL: "smtp://shop:secret@mail.example.com?tls=off",
        FEALTY_SMTP_CA: join(directory, "none.pem"),
      },
    );
  for (const words of [/port must be/, /FEALTY_SMTP_URL/, /FEALTY_MAIL_FROM/, /none\.pem.*ENOENT/])
    expect(load).toThrow(words);
  expect(load).not.toThrow(/secret/);
});
