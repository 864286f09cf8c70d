import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { SMTPServer, type SMTPServerOptions } from "smtp-server";

export interface Received {
  readonly from: string;
  readonly to: readonly string[];
  /** As it came over the wire. */
  readonly raw: string;
  readonly messageId: string;
  readonly secure: boolean;
}

/** What the server answers to the next message: a reply code with its text, or a function that may take its time. */
export type Refusal = {
  readonly code: number;
  readonly text: string;
  readonly at: "sender" | "recipient" | "data";
};

const refusal = ({ code, text }: Refusal): Error => Object.assign(new Error(text), { responseCode: code });

/** A mail server that speaks the real protocol on a port of this machine, and answers as it is told. */
export const startSmtpServer = async (options: SMTPServerOptions = {}, port = 0) => {
  const received: Received[] = [];
  const refusals: Refusal[] = [];
  let whenReceived: (() => void)[] = [];
  let whenHeld: (() => void)[] = [];
  let isSilent = false;
  const held: (() => void)[] = [];
  const due = (at: Refusal["at"]) => {
    const next = refusals[0];
    return next?.at === at ? refusal(refusals.shift()!) : null;
  };
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: options.secure || options.key ? [] : ["STARTTLS"],
    logger: false,
    // A test's clean-up does not wait for idle connections.
    closeTimeout: 1,
    onMailFrom: (_, __, callback) => callback(due("sender")),
    onRcptTo: (_, __, callback) => callback(due("recipient")),
    onData: (stream, session, callback) => {
      const chunks: Buffer[] = [];
      stream.on("data", (chunk: Buffer) => chunks.push(chunk));
      stream.on("end", () => {
        const raw = Buffer.concat(chunks).toString("utf8");
        const answer = () => {
          const error = due("data");
          if (error !== null) return callback(error);
          received.push({
            from: session.envelope.mailFrom ? session.envelope.mailFrom.address : "",
            to: session.envelope.rcptTo.map(({ address }) => address),
            raw,
            messageId: /^message-id:\s*(<[^>]+>)/im.exec(raw)?.[1] ?? "",
            secure: session.secure,
          });
          for (const tell of whenReceived.splice(0)) tell();
          callback(null);
        };
        if (!isSilent) return answer();
        held.push(answer);
        for (const tell of whenHeld.splice(0)) tell();
      });
    },
    ...options,
  });
  server.on("error", () => {});
  server.listen(port, "127.0.0.1");
  await once(server.server, "listening");
  const address = server.server.address() as AddressInfo;
  return {
    port: address.port,
    received,
    /** The next message is answered so. */
    refuse: (...next: Refusal[]) => refusals.push(...next),
    /** From now on a message is read to its end and not answered. */
    fallSilent: () => {
      isSilent = true;
    },
    /** Resolves once a message was read that is not answered. */
    waitForHeld: async (): Promise<void> => {
      while (held.length === 0)
        await new Promise<void>((resolve) => {
          whenHeld = [...whenHeld, resolve];
        });
    },
    /** Answers what was held back, and all further messages at once. */
    speakAgain: () => {
      isSilent = false;
      for (const answer of held.splice(0)) answer();
    },
    /** Resolves once so many messages were received. */
    waitFor: async (count: number): Promise<void> => {
      while (received.length < count)
        await new Promise<void>((resolve) => {
          whenReceived = [...whenReceived, resolve];
        });
    },
    stop: () => new Promise<void>((resolve) => server.close(() => resolve())),
  };
};
export type SmtpServer = Awaited<ReturnType<typeof startSmtpServer>>;

const decodeQuotedPrintable = (text: string): string =>
  Buffer.from(
    text
      .replace(/=\r?\n/g, "")
      .replace(/=([0-9A-F]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
    "latin1",
  ).toString("utf8");

const headerOf = (head: string, name: string): string =>
  (new RegExp(`^${name}:[ \\t]*((?:.*)(?:\\r?\\n[ \\t].*)*)`, "im").exec(head)?.[1] ?? "").replace(
    /\r?\n[ \t]+/g,
    " ",
  );

const decodeWords = (text: string): string =>
  text
    .replace(/\?=\s+=\?/g, "?==?")
    .replace(/=\?utf-8\?([QB])\?([^?]*)\?=/gi, (_, kind: string, body: string) =>
      kind.toUpperCase() === "B"
        ? Buffer.from(body, "base64").toString("utf8")
        : decodeQuotedPrintable(body.replaceAll("_", " ")),
    );

/** A message as a person's program reads it. */
export const readMail = ({ raw }: Pick<Received, "raw">) => {
  const [head = ""] = raw.split(/\r?\n\r?\n/, 1);
  const parts = new Map<string, string>();
  const attachments = new Map<string, Buffer>();
  const walk = (text: string): void => {
    const split = /\r?\n\r?\n/.exec(text);
    if (split === null) return;
    const [own, body] = [text.slice(0, split.index), text.slice(split.index + split[0].length)];
    const type = headerOf(own, "content-type");
    const boundary = /boundary="?([^";]+)"?/.exec(type)?.[1];
    if (boundary !== undefined) {
      for (const part of body.split(`--${boundary}`).slice(1, -1)) walk(part.replace(/^\r?\n/, ""));
      return;
    }
    const encoding = headerOf(own, "content-transfer-encoding").toLowerCase();
    const bytes = encoding === "base64" ? Buffer.from(body, "base64") : null;
    const name = /filename="?([^";]+)"?/.exec(headerOf(own, "content-disposition"))?.[1];
    if (name !== undefined) attachments.set(name, bytes ?? Buffer.from(body));
    else
      parts.set(
        type.split(";")[0]!.trim(),
        bytes?.toString("utf8") ?? (encoding === "quoted-printable" ? decodeQuotedPrintable(body) : body),
      );
  };
  walk(raw);
  return {
    header: (name: string) => decodeWords(headerOf(head, name)),
    text: parts.get("text/plain") ?? "",
    html: parts.get("text/html") ?? "",
    attachments,
  };
};
