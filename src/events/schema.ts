/** An event as a domain publishes it: past tense, about one party. */
export interface NewEvent {
  readonly orgId: number;
  readonly partyId: number;
  /** `customer.registered`, `transaction.added`, … */
  readonly type: string;
  /** Business time of what happened. */
  readonly occurredAt: Date;
  readonly payload: object;
}

export interface PublishedEvent {
  readonly id: number;
  readonly orgId: number;
  readonly partyId: number;
  readonly type: string;
  readonly occurredAt: Date;
  readonly payload: Readonly<Record<string, unknown>>;
}
