/** How mail leaves this installation: the server it is handed to, and who it is from. */
export interface MailSettings {
  readonly host: string;
  readonly port: number;
  /** `implicit`: TLS from the first byte; otherwise whether STARTTLS must, may or shall not be used. */
  readonly tls: "implicit" | "required" | "optional" | "off";
  readonly credentials: { readonly user: string; readonly password: string } | null;
  /** Certificates in PEM that are trusted instead of the public authorities'; null: the public ones. */
  readonly certificates: string | null;
  readonly from: { readonly name: string; readonly address: string };
}

const TLS_MODES = ["required", "optional", "off"] as const;
const ADDRESS = /^[^\s<>"(),:;@[\]\\]+@[^\s<>"(),:;@[\]\\]+$/;

/** Whether a text is one e-mail address, as far as its form tells. */
export const isMailAddress = (text: string): boolean => text.length <= 254 && ADDRESS.test(text);

const isLoopback = (host: string): boolean =>
  host === "localhost" || host === "::1" || /^127(\.\d{1,3}){3}$/.test(host);

/** Reads `Shop <shop@example.com>` or `shop@example.com`; null when it is neither. */
export const parseSender = (text: string): MailSettings["from"] | null => {
  const [, name = "", address = ""] = /^(?:"?([^"<>\r\n]*?)"?\s*<([^<>]+)>)$/.exec(text.trim()) ?? [
    "",
    "",
    text.trim(),
  ];
  return isMailAddress(address) ? { name, address } : null;
};

type Server = Pick<MailSettings, "host" | "port" | "tls" | "credentials">;

const decoded = (text: string): string | null => {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
};

/** Reads the address of a mail server, or says what is wrong with it: without repeating it, because it has a password inside. */
const parseServer = (name: string, text: string): Server | { readonly problem: string } => {
  const problem = (what: string) => ({ problem: `${name} ${what}` });
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    return problem('must be like "smtps://user:password@host:465" or "smtp://host:587"');
  }
  if (url.protocol !== "smtp:" && url.protocol !== "smtps:")
    return problem('must begin with "smtp://" or "smtps://"');
  const host = url.hostname.replace(/^\[(.*)\]$/, "$1");
  if (host === "") return problem("names no host");
  if (!["", "/"].includes(url.pathname) || url.hash !== "")
    return problem("has something after the host; a password's special characters are written as %XX");
  const others = [...url.searchParams.keys()].filter((key) => key !== "tls");
  if (others.length > 0) return problem(`has the unknown parameter ${others[0]}; there is tls alone`);
  const isImplicit = url.protocol === "smtps:";
  const asked = url.searchParams.get("tls");
  if (isImplicit && asked !== null) return problem("takes tls with smtp:// only: smtps:// is TLS throughout");
  const mode = TLS_MODES.find((item) => item === (asked ?? "required"));
  if (mode === undefined) return problem(`takes tls=${TLS_MODES.join(", tls=")}`);
  const [user, password] = [decoded(url.username), decoded(url.password)];
  if (user === null || password === null)
    return problem("has a user or password with a % that begins no %XX");
  if ((user === "") !== (password === "")) return problem("needs both a user and a password, or neither");
  if (user !== "" && !isImplicit && mode !== "required" && !isLoopback(host))
    return problem(`would send the password without TLS: leave out tls=${mode}`);
  return {
    host,
    port: url.port === "" ? (isImplicit ? 465 : 587) : Number(url.port),
    tls: isImplicit ? "implicit" : mode,
    credentials: user === "" ? null : { user, password },
  };
};

/** What the environment says of mail, by the names of its variables. */
export interface MailVariables {
  readonly FEALTY_SMTP_URL?: string | undefined;
  readonly FEALTY_MAIL_FROM?: string | undefined;
  /** The content of the file that FEALTY_SMTP_CA names. */
  readonly certificates: string | null;
}

/** Reads how mail is sent; null when it is not. Adds a sentence for each thing that is wrong. */
export const parseMailSettings = (variables: MailVariables, problems: string[]): MailSettings | null => {
  const [url, sender] = [variables.FEALTY_SMTP_URL ?? "", variables.FEALTY_MAIL_FROM ?? ""];
  if (url === "") {
    const others = [
      sender === "" ? [] : "FEALTY_MAIL_FROM",
      variables.certificates === null ? [] : "FEALTY_SMTP_CA",
    ];
    for (const name of others.flat())
      problems.push(`${name} needs FEALTY_SMTP_URL, the server that mail is handed to`);
    return null;
  }
  const server = parseServer("FEALTY_SMTP_URL", url);
  if ("problem" in server) problems.push(server.problem);
  const from = parseSender(sender);
  if (from === null)
    problems.push(
      sender === ""
        ? "FEALTY_SMTP_URL needs FEALTY_MAIL_FROM, the address that mail is from"
        : `FEALTY_MAIL_FROM must be like "shop@example.com" or "Shop <shop@example.com>", not "${sender}"`,
    );
  const { certificates } = variables;
  if (certificates !== null && !certificates.includes("-----BEGIN CERTIFICATE-----"))
    problems.push("FEALTY_SMTP_CA must name a file of certificates in PEM");
  return "problem" in server || from === null ? null : { ...server, certificates, from };
};
