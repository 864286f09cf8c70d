import type { Instant, MailAttachment } from "#platform";

/** `by_hand`: staff tell the customer, from the mailbox. The others are what becomes of an e-mail. */
export type MessageStatus = "by_hand" | "queued" | "sent" | "failed" | "expired";

/** A message to a customer, to be told by hand or sent as e-mail. */
export interface NewMessage {
  readonly partyId: number;
  readonly id: number;
  /** Says who writes its letter: `validation_code`. */
  readonly kind: string;
  readonly refId: number | null;
  /** What its kind needs to write it later. Never a code. */
  readonly details: object;
  readonly mobile: string;
  readonly email: string;
  readonly tillId: number | null;
  readonly createdAt: Instant;
  /** From here on it is worth nothing. */
  readonly expiresAt: Instant;
  readonly delivery: "by_hand" | "email";
}

/** A message that is about to be sent. */
export interface QueuedMessage {
  readonly partyId: number;
  readonly id: number;
  readonly kind: string;
  readonly refId: number | null;
  readonly details: Readonly<Record<string, unknown>>;
  readonly email: string;
  readonly createdAt: Date;
  readonly expiresAt: Date;
  /** This one included. */
  readonly attempts: number;
}

/** A part of a letter; every text is in the letter's language. */
export type LetterPart =
  | { readonly text: string }
  /** What the reader is to read out or type. */
  | { readonly code: string }
  | { readonly rows: readonly (readonly [label: string, value: string])[] }
  /** In small print. */
  | { readonly note: string };

/** What a customer is written, before it is laid out. */
export interface Letter {
  readonly subject: string;
  /** The customer's name for the greeting; "" when it is not known. */
  readonly name: string;
  readonly parts: readonly LetterPart[];
  readonly attachments?: readonly MailAttachment[];
}

/** Why there is nothing to send any more: a sentence. */
export interface Lapsed {
  readonly lapsed: string;
}
