import type { Instant } from "#platform";

/** What bodies are given beside the event itself. */
export interface Enrichments {
  readonly till: boolean;
  readonly store: boolean;
  /** Sources of which every identifier is told. */
  readonly identifiers: readonly string[];
  readonly awardedReference: boolean;
  readonly availablePoints: boolean;
}

/** A webhook as somebody defines it. */
export interface WebhookInput {
  readonly name: string;
  readonly url: string;
  readonly method: "POST" | "PUT";
  readonly headers: Readonly<Record<string, string>>;
  readonly events: readonly string[];
  readonly enrichments: Enrichments;
  /** Calls at the same time at most. */
  readonly connections: number;
  /** Kept and shown; what breaks it is noted in the log alone. */
  readonly slaSeconds: number | null;
  readonly isActive: boolean;
}

/** Who made or changed it. */
export interface Author {
  readonly id: number;
  readonly code: string;
  readonly name: string;
  readonly type: "TILL" | "ADMIN_USER";
}

export interface Webhook extends WebhookInput {
  readonly orgId: number;
  readonly id: string;
  readonly consumerGroupId: string;
  readonly createdAt: Date;
  readonly createdBy: Author;
  readonly updatedAt: Date;
  readonly updatedBy: Author;
  /** Tries in a row that got no answer. */
  readonly failures: number;
  readonly pausedUntil: Date | null;
}

/** What bodies are signed with. */
export interface Secret {
  readonly id: string;
  /** `whsec_…` */
  readonly secret: string;
  readonly createdAt: Date;
  /** Null: until it is rotated. */
  readonly expiresAt: Date | null;
}

export const isInForce = ({ expiresAt }: Pick<Secret, "expiresAt">, now: Instant): boolean =>
  expiresAt === null || expiresAt.getTime() > now;
