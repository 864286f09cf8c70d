/**
 * Why mail did not go out, by what helps: `refused` and the same message will be again; `deferred` and this one may be taken
 * later; `unreachable` and so is every other message until the server, or how we are to use it, has changed.
 */
export type MailFault = "refused" | "deferred" | "unreachable";

/** A message that the mail server did not take. Its reason names no address and no code. */
export class MailFailure extends Error {
  override readonly name = "MailFailure";
  constructor(
    readonly fault: MailFault,
    /** For people: a sentence. */
    readonly reason: string,
    options?: ErrorOptions,
  ) {
    super(reason, options);
  }
}

/** What the mail library tells of a failure. */
export interface SmtpError {
  readonly code?: string | undefined;
  readonly originalCode?: string | undefined;
  readonly command?: string | undefined;
  readonly response?: string | undefined;
  readonly responseCode?: number | undefined;
  readonly message?: string | undefined;
}

const MOST_CHARACTERS = 200;

/** A server's words without addresses, and without numbers that could be a code: both are quoted by some servers. */
export const withoutSecrets = (text: string): string =>
  text
    .replace(/[\p{Cc}\s]+/gu, " ")
    .replace(/[^\s<>"'=:;,()[\]]+@[^\s<>"'=:;,()[\]]+/g, "…")
    .replace(/\d{6,}/g, "…")
    .trim()
    .slice(0, MOST_CHARACTERS);

const isAuthentication = ({ code, command, responseCode }: SmtpError): boolean =>
  code === "EAUTH" || code === "ENOAUTH" || responseCode === 530 || (command ?? "").startsWith("AUTH");

/** Replies that are about the message, not about the session. */
const isAboutMessage = ({ command, code, responseCode }: SmtpError): boolean =>
  responseCode !== 421 &&
  (command === "RCPT TO" ||
    command === "DATA" ||
    code === "EMESSAGE" ||
    (command === "MAIL FROM" && responseCode !== undefined));

/** Sorts an error of the mail library. */
export const mailFailureOf = (error: SmtpError): MailFailure => {
  const { code, originalCode, command, responseCode } = error;
  const reply = withoutSecrets(error.response ?? "");
  const failure = (fault: MailFault, sentence: string) => new MailFailure(fault, sentence);
  if (code === "EABORT") return failure("unreachable", "The mail server took too long.");
  if (isAuthentication(error))
    return failure(
      "unreachable",
      `The mail server does not let us sign in${reply === "" ? "." : `: ${reply}`}`,
    );
  if (responseCode === undefined) {
    // Found by the library itself before anything was asked of the server.
    if (code === "EENVELOPE" || code === "EMESSAGE")
      return failure("refused", "It cannot be addressed or written as an e-mail.");
    if (code === "ETLS" || /certificate|tls|ssl/i.test(`${originalCode} ${error.message}`))
      return failure("unreachable", `No secure connection to the mail server (${originalCode ?? code}).`);
    if (code === "ETIMEDOUT") return failure("unreachable", "The mail server did not answer in time.");
    return failure(
      "unreachable",
      `The mail server cannot be reached (${originalCode ?? code ?? "unknown"}).`,
    );
  }
  if (!isAboutMessage(error)) return failure("unreachable", `The mail server turned us away: ${reply}`);
  // 503 is about the order of commands: the same message can go through on another connection.
  if (responseCode < 500 || responseCode === 503)
    return failure("deferred", `The mail server put it off: ${reply}`);
  // That a sender is not welcome is for the operator to mend, and true of every message; too large a message is its own.
  if (command === "MAIL FROM" && responseCode !== 552)
    return failure("unreachable", `The mail server takes nothing from our address: ${reply}`);
  return failure("refused", `The mail server refused it: ${reply}`);
};
