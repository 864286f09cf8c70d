import type { SMTPServerOptions } from "smtp-server";
import { afterEach, describe, expect, test } from "vitest";
import { selfSigned } from "../../tests/support/certificate.ts";
import { readMail, type SmtpServer, startSmtpServer } from "../../tests/support/smtp.ts";
import { createMailer, type Mail, type Mailer } from "./mail.ts";
import { type MailFailure, withoutSecrets } from "./mail-failure.ts";
import { type MailSettings, parseMailSettings } from "./mail-settings.ts";

const opened: { server?: SmtpServer; mailer?: Mailer }[] = [];
afterEach(async () => {
  for (const { server, mailer } of opened.splice(0)) {
    await mailer?.close();
    await server?.stop();
  }
});

const start = async (options: Parameters<typeof startSmtpServer>[0] = {}) => {
  const server = await startSmtpServer(options);
  opened.push({ server });
  return server;
};
const connect = (
  port: number,
  changes: Partial<MailSettings> = {},
  silence = 10_000,
  closing = 3000,
): Mailer => {
  const settings: MailSettings = {
    host: "127.0.0.1",
    port,
    tls: "off",
    credentials: null,
    certificates: null,
    from: { name: "Fealty", address: "shop@example.com" },
    ...changes,
  };
  const mailer = createMailer(settings, { connect: 10_000, silence, message: 20_000, closing });
  opened.push({ mailer });
  return mailer;
};
const mail = (changes: Partial<Mail> = {}): Mail => ({
  id: "0123abcd",
  senderName: "Böhm & Söhne",
  replyTo: "help@example.com",
  to: "ada@example.net",
  language: "de",
  subject: "Ihr Code",
  text: "Guten Tag,\n\n    123456\n",
  html: '<p lang="de">Grüße</p>',
  attachments: [],
  ...changes,
});
const failureOf = (sending: Promise<void>): Promise<Pick<MailFailure, "fault" | "reason">> =>
  sending.then(
    () => {
      throw new Error("it was sent");
    },
    ({ fault, reason }: MailFailure) => ({ fault, reason }),
  );

describe("a message", () => {
  test("arrives as it was written, under the sender's name and the id that it was given", async () => {
    const server = await start();
    const pdf = { name: "statement.pdf", type: "application/pdf", content: Buffer.from("%PDF") };
    await connect(server.port).send(mail({ attachments: [pdf] }));
    const [got] = server.received;
    expect(got).toMatchObject({
      from: "shop@example.com",
      to: ["ada@example.net"],
      messageId: "<0123abcd@example.com>",
    });
    const read = readMail(got!);
    expect(read.header("from")).toBe("Böhm & Söhne <shop@example.com>");
    expect(read.header("reply-to")).toBe("help@example.com");
    expect(read.header("subject")).toBe("Ihr Code");
    expect(read.header("auto-submitted")).toBe("auto-generated");
    expect(read.text.replaceAll("\r\n", "\n")).toContain("Guten Tag,\n\n    123456\n");
    expect(read.html).toContain("Grüße");
    expect(read.attachments.get("statement.pdf")?.toString()).toBe("%PDF");
  });

  test("lets nobody write headers into it", async () => {
    const server = await start();
    await connect(server.port).send(
      mail({ senderName: "Shop\r\nBcc: eve@example.org", subject: "Code\r\nBcc: eve@example.org" }),
    );
    expect(server.received[0]?.to).toEqual(["ada@example.net"]);
    expect(server.received[0]?.raw).not.toMatch(/^bcc:/im);
  });

  test("goes to one person, whatever the address says", async () => {
    const server = await start();
    const mailer = connect(server.port);
    for (const to of [
      "a@example.net, b@example.net",
      "nobody",
      "a@example.net\r\nRCPT TO:<b@example.net>",
      "",
    ])
      expect((await failureOf(mailer.send(mail({ to })))).fault).toBe("refused");
    expect(server.received).toEqual([]);
  });
});

describe("what the server says", () => {
  test.each([
    ["recipient", 550, "refused"],
    ["recipient", 450, "deferred"],
    ["data", 554, "refused"],
    ["data", 451, "deferred"],
    ["data", 421, "unreachable"],
    ["sender", 552, "refused"],
    ["sender", 451, "deferred"],
    ["sender", 550, "unreachable"],
    ["sender", 530, "unreachable"],
  ] as const)("at the %s, %i: %s", async (at, code, fault) => {
    const server = await start();
    const mailer = connect(server.port);
    server.refuse({ at, code, text: "5.1.1 <ada@example.net> no code 123456 here" });
    const failure = await failureOf(mailer.send(mail()));
    expect(failure.fault).toBe(fault);
    expect(failure.reason).toContain(String(code));
    expect(failure.reason).not.toMatch(/ada|123456/);
    await mailer.send(mail());
    expect(server.received).toHaveLength(1);
  });

  test("nothing, because nobody listens", async () => {
    const server = await start();
    await server.stop();
    expect(await failureOf(connect(server.port).send(mail()))).toEqual({
      fault: "unreachable",
      reason: "The mail server cannot be reached (ECONNREFUSED).",
    });
  });

  test("nothing for too long", async () => {
    const server = await start();
    server.fallSilent();
    const failure = await failureOf(connect(server.port, {}, 100).send(mail()));
    expect(failure).toEqual({ fault: "unreachable", reason: "The mail server did not answer in time." });
  });
});

describe("closing", () => {
  test("lets a message under way arrive", async () => {
    const server = await start();
    server.fallSilent();
    const mailer = connect(server.port);
    const sending = mailer.send(mail());
    await server.waitForHeld();
    const closing = mailer.close();
    server.speakAgain();
    await Promise.all([sending, closing]);
    expect(server.received).toHaveLength(1);
  });

  test("breaks off what the server does not answer, and hands over nothing more", async () => {
    const server = await start();
    server.fallSilent();
    const mailer = connect(server.port, {}, 10_000, 50);
    const failure = failureOf(mailer.send(mail()));
    await server.waitForHeld();
    await mailer.close();
    const late = { fault: "unreachable", reason: "The mail server took too long." };
    expect(await failure).toEqual(late);
    expect(await failureOf(mailer.send(mail()))).toEqual(late);
  });
});

describe("signing in", () => {
  const accepts: SMTPServerOptions = {
    authOptional: false,
    allowInsecureAuth: true,
    onAuth: ({ username, password }, _, callback) =>
      username === "shop" && password === "p@ss"
        ? callback(null, { user: "shop" })
        : callback(new Error("Wrong password")),
  };

  test("with what the settings say", async () => {
    const server = await start(accepts);
    await connect(server.port, { credentials: { user: "shop", password: "p@ss" } }).send(mail());
    expect(server.received).toHaveLength(1);
  });

  test("with something else is no fault of the message", async () => {
    const server = await start(accepts);
    const failure = await failureOf(
      connect(server.port, { credentials: { user: "shop", password: "other" } }).send(mail()),
    );
    expect(failure.fault).toBe("unreachable");
    expect(failure.reason).toContain("does not let us sign in");
    expect((await failureOf(connect(server.port).send(mail()))).fault).toBe("unreachable");
  });
});

describe("TLS", () => {
  const own = selfSigned();

  test.each(["implicit", "required", "optional"] as const)(
    "%s, with a certificate of one's own that is trusted",
    async (tls) => {
      const server = await start({ ...own, secure: tls === "implicit" });
      await connect(server.port, { tls, certificates: own.cert }).send(mail());
      expect(server.received[0]?.secure).toBe(true);
    },
  );

  test.each(["implicit", "required", "optional"] as const)(
    "%s, with a certificate that nobody vouches for: nothing is sent",
    async (tls) => {
      const server = await start({ ...own, secure: tls === "implicit" });
      const others = selfSigned().cert;
      for (const certificates of [null, others]) {
        const failure = await failureOf(connect(server.port, { tls, certificates }).send(mail()));
        expect(failure.fault).toBe("unreachable");
        expect(failure.reason).toContain("No secure connection");
      }
      expect(server.received).toEqual([]);
    },
  );

  test("is not done without where it is required", async () => {
    const server = await start();
    expect((await failureOf(connect(server.port, { tls: "required" }).send(mail()))).fault).toBe(
      "unreachable",
    );
    await connect(server.port, { tls: "optional" }).send(mail());
    expect(server.received).toHaveLength(1);
  });
});

describe("settings", () => {
  const parse = (url: string, from = "shop@example.com", certificates: string | null = null) => {
    const problems: string[] = [];
    return [
      parseMailSettings({ FEALTY_SMTP_URL: url, FEALTY_MAIL_FROM: from, certificates }, problems),
      problems,
    ] as const;
  };
  const from = { name: "", address: "shop@example.com" };

  test.each<[string, object]>([
    [
      "smtp://mail.example.com",
      { host: "mail.example.com", port: 587, tls: "required", credentials: null, from },
    ],
    ["smtps://mail.example.com", { port: 465, tls: "implicit" }],
    ["smtp://10.0.0.5:2525?tls=off", { host: "10.0.0.5", port: 2525, tls: "off" }],
    ["smtp://[::1]:25?tls=optional", { host: "::1", port: 25, tls: "optional" }],
    [
      "smtps://shop%40example.com:p%23%2F@mail.example.com:4650",
      { port: 4650, credentials: { user: "shop@example.com", password: "p#/" } },
    ],
    ["smtp://u:p@localhost:1025?tls=off", { tls: "off", credentials: { user: "u", password: "p" } }],
  ])("%s", (url, expected) => {
    const [settings, problems] = parse(url);
    expect(problems).toEqual([]);
    expect(settings).toMatchObject(expected);
  });

  test("a sender with a name", () => {
    expect(parse("smtps://m.example.com", "Böhm & Söhne <shop@example.com>")[0]?.from).toEqual({
      name: "Böhm & Söhne",
      address: "shop@example.com",
    });
  });

  test("none: nothing is sent", () => {
    expect(parse("", "")).toEqual([null, []]);
  });

  test.each([
    ["mail.example.com:25", "FEALTY_SMTP_URL must begin with"],
    ["http://mail.example.com", "FEALTY_SMTP_URL must begin with"],
    ["smtp://", "FEALTY_SMTP_URL"],
    ["smtp://u:p#ss@mail.example.com", "FEALTY_SMTP_URL"],
    ["smtp://mail.example.com/path", "after the host"],
    ["smtp://mail.example.com?pool=true", "unknown parameter pool"],
    ["smtp://mail.example.com?tls=maybe", "tls=required"],
    ["smtps://mail.example.com?tls=off", "smtps:// is TLS throughout"],
    ["smtp://user@mail.example.com", "both a user and a password"],
    ["smtp://user:secret@mail.example.com?tls=off", "without TLS"],
    ["smtp://user:secr%et@mail.example.com", "%XX"],
  ])("%s is refused", (url, words) => {
    const [settings, problems] = parse(url);
    expect(settings).toBeNull();
    expect(problems).toEqual([expect.stringContaining(words)]);
    expect(problems[0]).not.toMatch(/secr|p#ss/);
  });

  test("a sender that is none, a certificate that is none, and either without a server", () => {
    expect(parse("smtps://m.example.com", "")[1]).toEqual([
      expect.stringContaining("needs FEALTY_MAIL_FROM"),
    ]);
    expect(parse("smtps://m.example.com", "shop")[1]).toEqual([
      expect.stringContaining("FEALTY_MAIL_FROM must"),
    ]);
    expect(parse("smtps://m.example.com", "a@b.c\nBcc: x@y.z")[1]).toHaveLength(1);
    expect(parse("smtps://m.example.com", "a@b.example", "no PEM")[1]).toEqual([
      expect.stringContaining("FEALTY_SMTP_CA"),
    ]);
    expect(parse("")[1]).toEqual([expect.stringContaining("FEALTY_MAIL_FROM needs FEALTY_SMTP_URL")]);
    expect(parse("", "", "PEM")[1]).toEqual([
      expect.stringContaining("FEALTY_SMTP_CA needs FEALTY_SMTP_URL"),
    ]);
  });
});

test("a server's words are kept without addresses and codes", () => {
  expect(
    withoutSecrets("550 5.1.1 <ada.l@example.net>:\r\n user=ada@x.example unknown; code 004711 in subject"),
  ).toBe("550 5.1.1 <…>: user=… unknown; code … in subject");
});
