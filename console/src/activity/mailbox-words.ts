import type { Tone } from "../ui/status-badge.tsx";

const KINDS: Readonly<Record<string, string>> = {
  validation_code: "Code",
  points_expiry_reminder: "Reminder of expiring points",
  statement: "Statement",
};
export const kindWords = (kind: string): string => KINDS[kind] ?? kind;

const STATUSES: Readonly<Record<string, readonly [words: string, tone: Tone]>> = {
  by_hand: ["By hand", "quiet"],
  queued: ["Queued", "busy"],
  sent: ["Sent", "good"],
  failed: ["Failed", "bad"],
  expired: ["Expired", "warning"],
};
/** What a code was used for is over, however it was told. */
export const messageWords = (status: string, usedAt: string | null): string =>
  usedAt !== null ? "Used" : (STATUSES[status]?.[0] ?? status);
export const messageTone = (status: string, usedAt: string | null): Tone =>
  usedAt !== null ? "good" : (STATUSES[status]?.[1] ?? "quiet");

/** What stands in place of a code that is not shown. */
export const codeWords = ({
  kind,
  status,
  usedAt,
}: {
  readonly kind: string;
  readonly status: string;
  readonly usedAt: string | null;
}): string => {
  if (kind !== "validation_code") return "";
  if (usedAt !== null) return "";
  if (status === "by_hand") return "not shown any more";
  return status === "sent" ? "sent" : "";
};

/** How codes and reminders reach members, plainly; what keeps them from it is a problem. */
export const deliveryNotice = ({
  codesBy,
  hasMailServer,
}: {
  readonly codesBy: "none" | "mailbox" | "email";
  readonly hasMailServer: boolean;
}): { readonly text: string; readonly isProblem: boolean } | null => {
  const noServer =
    "No mail server is set up (FEALTY_SMTP_URL), so no e-mails are sent: neither codes nor reminders nor statements.";
  if (codesBy === "email")
    return hasMailServer
      ? null
      : {
          text: `${noServer} Codes are refused until there is one, or until the setting CONF_POINTS_VALIDATION_CODE_DELIVERY is “mailbox” and you tell them from here.`,
          isProblem: true,
        };
  const codes =
    codesBy === "mailbox"
      ? "Codes are told to members by hand, from here; they are shown while they can be used."
      : "No codes are issued: the setting CONF_POINTS_VALIDATION_CODE_DELIVERY is “none”. With “email” they are sent, with “mailbox” they are shown here.";
  return { text: hasMailServer ? codes : `${codes} ${noServer}`, isProblem: codesBy === "none" };
};
