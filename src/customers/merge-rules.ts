import { keyOf } from "./identifiers.ts";
import { isSamePlace } from "./rules.ts";
import type { CustomerRow, IdentifierRow, LoyaltyType, ProfileRow, SourceAccount } from "./schema.ts";

/** A row of a table as it stands there, column by column, so that it can be put back exactly as it was. */
export interface StoredProfile {
  readonly party_id: number;
  readonly source: string;
  readonly account_id: string;
  readonly first_name: string | null;
  readonly last_name: string | null;
  readonly custom_fields: Readonly<Record<string, unknown>>;
  readonly [column: string]: unknown;
}

export interface StoredIdentifier {
  readonly party_id: number;
  readonly source: string;
  readonly account_id: string;
  readonly type: string;
  readonly value: string;
  readonly position: number;
  readonly [column: string]: unknown;
}

export type StoredChannel = StoredIdentifier;

/** All rows that hang on a customer. */
export interface StoredRows {
  readonly profiles: readonly StoredProfile[];
  readonly identifiers: readonly StoredIdentifier[];
  readonly channels: readonly StoredChannel[];
}

/** What of the survivor was empty and got the victim's value; an undo empties it again where it still has that value. */
export interface Filled {
  readonly names: Readonly<Record<string, string>>;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** A profile that both had in one source: the survivor's stayed and was completed. */
export interface JoinedProfile extends SourceAccount {
  readonly filled: Filled;
  readonly identifiers: readonly { readonly type: string; readonly value: string }[];
  readonly channels: readonly { readonly type: string; readonly value: string }[];
}

/** The customers' own part of a merge, kept with it. */
export interface Moved {
  /** The victim's rows as they were. */
  readonly victim: StoredRows;
  readonly victimStatus: string;
  /** Sources in which only the victim had a profile: it moved as a whole. */
  readonly whole: readonly SourceAccount[];
  readonly joined: readonly JoinedProfile[];
  /** Keys of the directory that led to the victim. */
  readonly keys: readonly string[];
  /** Customers who had been merged into the victim before. */
  readonly absorbed: readonly number[];
  readonly filled: Filled;
  /** The survivor's loyalty type before, when the merge changed it. */
  readonly loyaltyTypeBefore: LoyaltyType | null;
}

/** What a merge writes to the survivor. */
export interface MergePlan {
  readonly moved: Omit<Moved, "keys" | "absorbed">;
  /** Rows to add under the survivor. */
  readonly added: StoredRows;
  /** The survivor's profiles that were completed. */
  readonly completed: readonly StoredProfile[];
  readonly customer: CustomerRow;
}

/** A customer and the rows that hang on it. */
export interface Side {
  readonly customer: CustomerRow;
  readonly rows: StoredRows;
}

const placeOf = ({ source, account_id }: { source: string; account_id: string }): SourceAccount => ({
  source,
  accountId: account_id,
});

const SHOWN = ["firstName", "lastName", "mobile", "email", "externalId"] as const;

/** Fills what is empty in `own` from `other`, and says what it filled. */
const fill = (
  own: Readonly<Record<string, unknown>>,
  other: Readonly<Record<string, unknown>>,
): { readonly whole: Record<string, unknown>; readonly filled: Record<string, unknown> } => {
  const filled = Object.fromEntries(
    Object.entries(other).filter(([name, value]) => value !== null && value !== "" && isEmpty(own[name])),
  );
  return { whole: { ...own, ...filled }, filled };
};

const isEmpty = (value: unknown): boolean => value === undefined || value === null || value === "";

/** Empties again what still has the value it was filled with. */
const unfill = (
  own: Readonly<Record<string, unknown>>,
  filled: Readonly<Record<string, unknown>>,
  emptied: (whole: Record<string, unknown>, name: string) => void,
): Record<string, unknown> => {
  const whole = { ...own };
  for (const [name, value] of Object.entries(filled))
    if (JSON.stringify(whole[name]) === JSON.stringify(value)) emptied(whole, name);
  return whole;
};

const toNull = (whole: Record<string, unknown>, name: string) => {
  whole[name] = null;
};
const away = (whole: Record<string, unknown>, name: string) => {
  delete whole[name];
};

/**
 * Decides what moves: profiles of sources in which only the victim has one move whole; where both have one the survivor's
 * stays, gets the victim's identifiers and channels, and the victim's names and fields where its own are empty. Of the
 * customer as a whole the survivor's names, identifiers shown and fields stay likewise.
 */
export const planMerge = (survivor: Side, victim: Side): MergePlan => {
  const own = (place: SourceAccount) =>
    survivor.rows.profiles.find((row) => isSamePlace(placeOf(row), place)) ?? null;
  const to = <Row extends { readonly party_id: number }>(row: Row): Row => ({
    ...row,
    party_id: survivor.customer.partyId,
  });
  const profiles: StoredProfile[] = [];
  const completed: StoredProfile[] = [];
  const joined: JoinedProfile[] = [];
  const identifiers: StoredIdentifier[] = [];
  const channels: StoredChannel[] = [];
  for (const profile of victim.rows.profiles) {
    const place = placeOf(profile);
    const at = <Row extends StoredIdentifier>(rows: readonly Row[]) =>
      rows.filter((row) => isSamePlace(placeOf(row), place));
    const kept = own(place);
    if (kept === null) {
      profiles.push(to(profile));
      identifiers.push(...at(victim.rows.identifiers).map(to));
      channels.push(...at(victim.rows.channels).map(to));
      continue;
    }
    const names = fill(namesOf(kept), namesOf(profile));
    const fields = fill(kept.custom_fields, profile.custom_fields);
    const newIdentifiers = lacking(at(survivor.rows.identifiers), at(victim.rows.identifiers)).map(to);
    const newChannels = lacking(at(survivor.rows.channels), at(victim.rows.channels)).map(to);
    if (Object.keys(names.filled).length + Object.keys(fields.filled).length > 0)
      completed.push({
        ...kept,
        first_name: names.whole.first_name as string | null,
        last_name: names.whole.last_name as string | null,
        custom_fields: fields.whole,
      });
    identifiers.push(...newIdentifiers);
    channels.push(...newChannels);
    joined.push({
      ...place,
      filled: { names: names.filled as Record<string, string>, fields: fields.filled },
      identifiers: newIdentifiers.map(({ type, value }) => ({ type, value })),
      channels: newChannels.map(({ type, value }) => ({ type, value })),
    });
  }
  const shown = fill(shownOf(survivor.customer), shownOf(victim.customer));
  const extended = fill(survivor.customer.extendedFields, victim.customer.extendedFields);
  const joinsLoyalty =
    survivor.customer.loyaltyType === "non_loyalty" && victim.customer.loyaltyType === "loyalty";
  return {
    moved: {
      victim: victim.rows,
      victimStatus: victim.customer.status,
      whole: profiles.map(placeOf),
      joined,
      filled: { names: shown.filled as Record<string, string>, fields: extended.filled },
      loyaltyTypeBefore: joinsLoyalty ? survivor.customer.loyaltyType : null,
    },
    added: { profiles, identifiers, channels },
    completed,
    customer: {
      ...survivor.customer,
      ...(shown.whole as Pick<CustomerRow, (typeof SHOWN)[number]>),
      extendedFields: extended.whole as CustomerRow["extendedFields"],
      loyaltyType: joinsLoyalty ? "loyalty" : survivor.customer.loyaltyType,
    },
  };
};

const namesOf = ({ first_name, last_name }: StoredProfile) => ({ first_name, last_name });
const shownOf = (customer: CustomerRow): Record<string, unknown> =>
  Object.fromEntries(SHOWN.map((name) => [name, customer[name]]));

/** The rows of `other` that `own` has not, numbered after those it has. */
const lacking = <Row extends StoredIdentifier>(own: readonly Row[], other: readonly Row[]): Row[] => {
  const last = own.reduce((most, row) => Math.max(most, row.position), -1);
  return other
    .filter((row) => !own.some((known) => known.type === row.type && known.value === row.value))
    .map((row, index) => ({ ...row, position: last + 1 + index }));
};

/** What an undo writes. */
export interface UndoPlan {
  /** The survivor's rows that go away. */
  readonly removed: StoredRows;
  /** The victim's rows that are put back. */
  readonly restored: StoredRows;
  readonly completed: readonly StoredProfile[];
  readonly customer: CustomerRow;
  /** Identifiers that the victim has again. */
  readonly identifiers: readonly { readonly type: string; readonly value: string }[];
}

/**
 * Decides what goes back. A profile that moved whole goes back as it is now, with what was changed in it since; one that was
 * joined becomes two again, the victim's as it was, the survivor's without what it got from it.
 */
export const planUndo = (survivor: Side, victimId: number, moved: Moved): UndoPlan => {
  const back = <Row extends { readonly party_id: number }>(row: Row): Row => ({ ...row, party_id: victimId });
  const isWhole = (row: { source: string; account_id: string }) =>
    moved.whole.some((place) => isSamePlace(place, placeOf(row)));
  const joinedAt = (row: { source: string; account_id: string }) =>
    moved.joined.find((place) => isSamePlace(place, placeOf(row)));
  const added = (kind: "identifiers" | "channels") => (row: StoredIdentifier) =>
    joinedAt(row)?.[kind].some(({ type, value }) => type === row.type && value === row.value) ?? false;
  const { profiles, identifiers, channels } = survivor.rows;
  const gone: StoredRows = {
    profiles: profiles.filter(isWhole),
    identifiers: identifiers.filter((row) => isWhole(row) || added("identifiers")(row)),
    channels: channels.filter((row) => isWhole(row) || added("channels")(row)),
  };
  const was = moved.victim;
  const restored: StoredRows = {
    profiles: [...gone.profiles.map(back), ...was.profiles.filter(joinedAt)],
    identifiers: [...gone.identifiers.filter(isWhole).map(back), ...was.identifiers.filter(joinedAt)],
    channels: [...gone.channels.filter(isWhole).map(back), ...was.channels.filter(joinedAt)],
  };
  const completed = profiles.flatMap((row) => {
    const filled = joinedAt(row)?.filled;
    if (filled === undefined) return [];
    if (Object.keys(filled.names).length + Object.keys(filled.fields).length === 0) return [];
    const names = unfill(namesOf(row), filled.names, toNull) as ReturnType<typeof namesOf>;
    return [{ ...row, ...names, custom_fields: unfill(row.custom_fields, filled.fields, away) }];
  });
  const shown = unfill(shownOf(survivor.customer), moved.filled.names, toNull);
  return {
    removed: gone,
    restored,
    completed,
    customer: {
      ...survivor.customer,
      ...(shown as unknown as Pick<CustomerRow, (typeof SHOWN)[number]>),
      extendedFields: unfill(
        survivor.customer.extendedFields,
        moved.filled.fields,
        away,
      ) as CustomerRow["extendedFields"],
      loyaltyType: moved.loyaltyTypeBefore ?? survivor.customer.loyaltyType,
    },
    identifiers: restored.identifiers.map(({ type, value }) => ({ type, value })),
  };
};

/**
 * Keys that lead to the victim again: those that led there before, and those of identifiers it has now and the survivor has
 * not. `keep` are identifiers that stay with the survivor.
 */
export const keysToReturn = (
  orgId: number,
  moved: Pick<Moved, "keys">,
  restored: readonly { readonly type: string; readonly value: string }[],
  keep: readonly { readonly type: string; readonly value: string }[],
): string[] => {
  const key = ({ type, value }: { type: string; value: string }) =>
    keyOf(orgId, type as Parameters<typeof keyOf>[1], value);
  const has = new Set(restored.map(key));
  const kept = new Set(keep.map(key));
  const before = new Set(moved.keys);
  return [...has].filter((item) => before.has(item) || !kept.has(item));
};

export const profilesShown = (rows: readonly StoredProfile[]): Pick<ProfileRow, "firstName" | "lastName">[] =>
  rows.map(({ first_name, last_name }) => ({ firstName: first_name, lastName: last_name }));

export const valuesShown = (rows: readonly StoredIdentifier[]): readonly Pick<IdentifierRow, "value">[] =>
  rows;
