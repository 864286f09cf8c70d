import type { CustomerProfile } from "#customers";
import type { NewEvent } from "#events";
import type { LedgerBook } from "#ledger";
import type { CompiledProgram, Membership, OrgPrograms } from "#loyalty";
import type { Organisation } from "#orgs";
import type { Instant, Millipoints, Money, Sql, Tx } from "#platform";
import type { CodeRow, Redemption, Reversal } from "./schema.ts";

/** A customer as the caller names one. */
export interface PartyName {
  /** Directory key of an identifier; null where the id is given, or where the identifier can be nobody's. */
  readonly key: string | null;
  readonly partyId: number | null;
  /** As sent, for messages. */
  readonly name: string;
}

/** Who asks for a movement, from where, when. Business time and codes come in with it: decisions draw neither. */
export interface Asked {
  /** What makes a second one a repeat: `kind:key`; null when only the caller's care does. */
  readonly requestKey: string | null;
  /** What the caller called it, for messages. */
  readonly quotedKey?: string;
  readonly inputHash: Buffer;
  readonly now: Instant;
  readonly tillId: number | null;
  /** Till, client or person, for the journal. */
  readonly by: string;
  readonly userId: number | null;
  /** The call, by the id that its caller is answered with; absent of imports. */
  readonly requestId?: string | undefined;
}

/** One command on its way. */
export interface Movement<Input = unknown> extends Asked {
  readonly kind: MovementKind<Input, unknown>;
  /** Whose points it may move, in the kind's own order. */
  readonly parties: readonly PartyName[];
  readonly input: Input;
}

/** A movement whose customers are known and locked. */
export interface Located<Input = unknown> extends Movement<Input> {
  readonly partyIds: readonly number[];
}

/** Points of a program that a movement takes; of the default one where it names none. */
export interface Spent {
  readonly programId: number | null;
  readonly points: Millipoints;
}

/** How one kind of command is decided. */
export interface MovementKind<Input, Extra> {
  readonly name: string;
  /**
   * Who is named by an id and was merged into another is that other customer, unless the kind wants to know (`asNamed`). `family`
   * locks and reads, besides, those who were merged into the customers: what is theirs still counts for the kind.
   */
  readonly merged?: "asNamed" | "family";
  /** Ledger events and records of its own that one movement needs at most. */
  readonly ids: number;
  /**
   * The most that one takes from an account's regular points, in their order of use, where it looks at no lots but those: then no more of
   * them are read. Null, as where the kind does not say: it may look at any open lot.
   */
  readonly spends?: (input: Input) => Spent | null;
  /** Whether deciding this one needs the secret that validation codes come from. */
  readonly needsSecret?: (input: Input) => boolean;
  /** The same input with other codes drawn, when one of them turns out to be another record's. */
  readonly redraw?: (input: Input) => object;
  /**
   * Reads, under the locks and once for all movements of this kind in the batch, what deciding needs beside the desk. It may add
   * lots and uses to the book.
   */
  readonly load?: (tx: Tx, desk: Desk, movements: readonly Located<Input>[]) => Promise<Extra>;
  /**
   * Decides on the state that the movements before it left: posts to the book, adds rows to `writes`, and returns the reply. A
   * refusal is thrown before anything is posted.
   */
  readonly decide: (movement: Located<Input>, desk: Desk, extra: Extra) => object;
}

/** Everything that decisions of a batch look at and write to. */
export interface Desk {
  readonly organisation: Organisation;
  readonly programs: OrgPrograms;
  readonly profiles: ReadonlyMap<number, CustomerProfile>;
  /** Who was merged into customers of the batch, as far as their kinds asked for it: victim → survivor. */
  readonly survivors: ReadonlyMap<number, number>;
  /** By `party/program`, as the movements so far left them. */
  readonly memberships: Map<string, Membership>;
  readonly book: LedgerBook;
  readonly recordedAt: Instant;
  /** The next id of a kind. */
  readonly nextId: (kind: IdKind) => number;
  readonly writes: PointsWrites;
  readonly findBills: FindBills;
  /** What validation codes come from; null where no movement of the batch needs it. */
  readonly secret: Buffer | null;
  /** Whether e-mail can be sent. */
  readonly hasMailServer: boolean;
}

/** A bill that a redemption may pay. */
export interface BillOfParty {
  readonly partyId: number;
  readonly number: string;
  readonly transactionId: number;
  readonly amount: Money;
  readonly billedAt: Date;
  readonly tillId: number;
  readonly storeId: number;
}

/** The bills of these parties with these numbers, the newest of a party's number first. */
export type FindBills = (
  tx: Tx,
  orgId: number,
  wanted: readonly { readonly partyId: number; readonly number: string }[],
) => Promise<readonly BillOfParty[]>;

export type IdKind = "event" | "points";

/** Rows that the decisions come to, one list per table; `tables` is for those that one kind alone keeps (see `rowsOf`). */
export interface PointsWrites {
  readonly redemptions: Redemption[];
  /** How much of earlier redemptions is reversed now. */
  readonly reversed: Map<string, Redemption>;
  readonly reversals: Reversal[];
  readonly codes: CodeRow[];
  readonly events: NewEvent[];
  readonly tables: Map<string, { readonly rows: unknown[]; readonly statement: (orgId: number) => Sql }>;
}

export const noWrites = (): PointsWrites => ({
  redemptions: [],
  reversed: new Map(),
  reversals: [],
  codes: [],
  events: [],
  tables: new Map(),
});

/** Binds a command to its kind. */
export const movement = <Input, Extra>(
  kind: MovementKind<Input, Extra>,
  fields: Omit<Movement<Input>, "kind">,
): Movement => ({ ...fields, kind }) as unknown as Movement;

/**
 * Rows of a table that a kind keeps besides those of `PointsWrites`: `rowsOf(desk, "transfers", insertTransfers).push(row)`. One list,
 * and one statement, for the whole batch.
 */
export const rowsOf = <Row>(
  { writes }: Desk,
  table: string,
  statement: (orgId: number, rows: readonly Row[]) => Sql,
): Row[] => {
  const known = writes.tables.get(table);
  if (known !== undefined) return known.rows as Row[];
  const rows: Row[] = [];
  writes.tables.set(table, { rows, statement: (orgId) => statement(orgId, rows) });
  return rows;
};

/** The program that a movement names, else the default one; its version in force then. Null when there is none. */
export const programOf = (
  { programs }: Pick<Desk, "programs">,
  programId: number | null,
  at: Instant,
): CompiledProgram | null =>
  (programId === null ? programs.default : programs.byId(programId))?.inForce(at) ?? null;

export const membershipOf = (
  { memberships }: Pick<Desk, "memberships">,
  partyId: number,
  programId: number,
): Membership | null => memberships.get(`${partyId}/${programId}`) ?? null;
