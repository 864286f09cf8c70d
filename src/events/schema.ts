/** An event as a domain publishes it: past tense, about one party. */
export interface NewEvent {
  readonly orgId: number;
  readonly partyId: number;
  /** `customer.registered`, `transaction.added`, … */
  readonly type: string;
  /** Business time of what happened. */
  readonly occurredAt: Date;
  readonly payload: object;
  /** The call that it comes of, by the id that its caller is answered with. */
  readonly requestId?: string | undefined;
}

export interface PublishedEvent {
  readonly id: number;
  readonly orgId: number;
  readonly partyId: number;
  readonly type: string;
  readonly occurredAt: Date;
  readonly payload: Readonly<Record<string, unknown>>;
  /** Microseconds since 1970 at which it was recorded: with the id, the order of a party's events. */
  readonly position: number;
  readonly requestId: string | null;
}
