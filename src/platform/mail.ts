import { createTransport } from "nodemailer";
import { assert } from "./errors.ts";
import { mailFailureOf, type SmtpError } from "./mail-failure.ts";
import { isMailAddress, type MailSettings } from "./mail-settings.ts";

export interface MailAttachment {
  readonly name: string;
  readonly type: string;
  readonly content: Buffer;
}

/** One message to one person. */
export interface Mail {
  /** The same at every try, so that who gets it twice can tell: an id of letters, digits, dots and hyphens. */
  readonly id: string;
  /** Beside our address, as people are shown it. */
  readonly senderName: string;
  /** Where answers go; null: to our address. */
  readonly replyTo: string | null;
  readonly to: string;
  readonly language: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  readonly attachments: readonly MailAttachment[];
}

/** Hands messages to a mail server. */
export interface Mailer {
  /** Resolves when the server has taken the message. Rejects with `MailFailure`. */
  send(mail: Mail): Promise<void>;
  /** How many may be under way at once. */
  readonly connections: number;
  /** Lets what is under way come to its end, for a moment; then breaks it off. */
  close(): Promise<void>;
}

/** Milliseconds that the mail server is waited for. */
export interface MailPatience {
  /** To connect, to greet and to look up its name. */
  readonly connect: number;
  /** Between two signs of life. */
  readonly silence: number;
  /** For a message as a whole: a server that trickles is not silent. */
  readonly message: number;
  /** For messages that are under way when the process ends. */
  readonly closing: number;
}

const PATIENCE: MailPatience = { connect: 10_000, silence: 20_000, message: 60_000, closing: 3000 };
const CONNECTIONS = 5;
const MESSAGES_OF_A_CONNECTION = 100;
/** An idle connection is given back soon: many servers end it after a minute, and finding that out costs a try. */
const IDLE = 30_000;

const poolOptions = (settings: MailSettings, patience: MailPatience) => {
  const { host, port, tls, credentials, certificates } = settings;
  return {
    pool: true as const,
    host,
    port,
    secure: tls === "implicit",
    requireTLS: tls === "required",
    ignoreTLS: tls === "off",
    ...(credentials === null ? {} : { auth: { user: credentials.user, pass: credentials.password } }),
    tls: { minVersion: "TLSv1.2" as const, ...(certificates === null ? {} : { ca: certificates }) },
    connectionTimeout: patience.connect,
    greetingTimeout: patience.connect,
    dnsTimeout: patience.connect,
    socketTimeout: patience.silence,
    maxConnections: CONNECTIONS,
    maxMessages: MESSAGES_OF_A_CONNECTION,
    idleTimeout: IDLE,
    // Trying again is the queue's business, which counts and knows when to stop.
    maxRequeues: 0,
    logger: false,
    // A message is made of what it holds: it reads no file and no address that somebody wrote into it.
    disableFileAccess: true,
    disableUrlAccess: true,
  };
};

const oneLine = (text: string): string => text.replace(/\p{Cc}+/gu, " ").trim();

/** Connects to a mail server when there is something to send. Nothing of a message is logged. */
export const createMailer = (settings: MailSettings, patience: MailPatience = PATIENCE): Mailer => {
  const transport = createTransport(poolOptions(settings, patience));
  const { address, name } = settings.from;
  const domain = address.slice(address.indexOf("@") + 1);
  // A connection that breaks between messages is of no concern: the next message makes another.
  transport.on("error", () => {});
  const underWay = new Set<Promise<unknown>>();
  let isEnding = false;
  const handOver = async (message: Parameters<typeof transport.sendMail>[0]): Promise<void> => {
    const sending = transport.sendMail(message);
    underWay.add(sending);
    await sending.finally(() => underWay.delete(sending));
  };
  const end = () => {
    isEnding = true;
    transport.close({ force: true });
  };
  return {
    connections: CONNECTIONS,
    send: async (mail) => {
      assert(/^[\w.-]+$/.test(mail.id), "the id of a message is part of a header");
      // A list of addresses, or a command behind one, is no address.
      if (!isMailAddress(mail.to)) throw mailFailureOf({ code: "EENVELOPE" });
      try {
        await handOver({
          messageId: `<${mail.id}@${domain}>`,
          from: { name: oneLine(mail.senderName === "" ? name : mail.senderName), address },
          to: { name: "", address: mail.to },
          ...(mail.replyTo === null ? {} : { replyTo: mail.replyTo }),
          subject: oneLine(mail.subject),
          text: mail.text,
          html: mail.html,
          headers: { "auto-submitted": "auto-generated", "content-language": mail.language },
          signal: AbortSignal.timeout(patience.message),
          attachments: mail.attachments.map((item) => ({
            filename: oneLine(item.name),
            contentType: item.type,
            content: item.content,
          })),
        });
      } catch (error) {
        throw mailFailureOf(isEnding ? { code: "EABORT" } : (error as SmtpError));
      }
    },
    close: async () => {
      const impatience = setTimeout(end, patience.closing);
      while (underWay.size > 0) await Promise.allSettled(underWay);
      clearTimeout(impatience);
      end();
    },
  };
};
