import type { Organisation } from "#orgs";
import type { Body, Millipoints } from "#platform";
import { readIdentifier, requireText } from "../calls.ts";
import type { PartyName } from "../movement.ts";
import { errors } from "../moving-errors.ts";
import { readFlag, readInteger, readPoints, shown } from "../values.ts";
import type { TransferPage } from "./store.ts";
import type { TransferInput } from "./transfer.ts";

const MAX_NOTES = 500;
const MAX_CODE = 20;

export interface TransferCall {
  readonly parties: readonly [PartyName, PartyName];
  readonly input: TransferInput;
}

/** The points of a transfer, under either published spelling. Raises 422 and 878. */
export const readTransferPoints = (body: Body): Millipoints => {
  const field = "pointsTobeTransferred";
  const value = body.pointsTobeTransferred ?? body.pointsToBeTransferred;
  const read = readPoints(value);
  if ("fault" in read && read.fault === "too_fine") throw errors.transfer_too_fine({ field });
  if ("fault" in read || read.points <= 0) throw errors.bad_transfer({ field, value: shown(value) });
  return read.points;
};

export const readProgramId = (value: unknown): number | null => {
  const programId = readInteger(value);
  if (programId === undefined) throw errors.unknown_program({ value: shown(value) });
  return programId;
};

/** Reads the body of a transfer, or of the check before it. */
export const parseTransfer = (organisation: Organisation, body: Body): TransferCall => {
  const points = readTransferPoints(body);
  const programId = readProgramId(body.programId);
  const group = readFlag(body.groupProgramTransfer);
  if (group === undefined)
    throw errors.bad_flag({ field: "groupProgramTransfer", value: shown(body.groupProgramTransfer) });
  if (group) throw errors.group_programs({});
  const from = readIdentifier(organisation, body.fromCustomerIdentifier, "fromCustomerIdentifier");
  const to = readIdentifier(organisation, body.toCustomerIdentifier, "toCustomerIdentifier");
  return {
    parties: [from, to],
    input: {
      programId,
      points,
      notes: requireText(body.notes, "notes", MAX_NOTES),
      validation: { code: requireText(body.code, "code", MAX_CODE) || null, skips: false },
    },
  };
};

const SORTS: Readonly<Record<string, TransferPage["sortBy"]>> = {
  "": "date",
  pointstransferdate: "date",
  pointstransferred: "points",
};
const MAX_LIMIT = 100;

const readPage = (value: unknown, field: string, least: number, fallback: number): number => {
  const number = readInteger(value);
  if (number === null) return fallback;
  if (number === undefined || number < least || number > 1_000_000_000)
    throw errors.bad_page({ field, least, value: shown(value) });
  return number;
};

/** Reads the page of a list of transfers: `page`, from 1, wins over `offset`. */
export const parsePage = (query: Body): TransferPage => {
  const limit = Math.min(MAX_LIMIT, readPage(query.limit, "limit", 1, 10));
  const page = readPage(query.page, "page", 1, 0);
  const offset = readPage(query.offset, "offset", 0, 0);
  const sortBy = SORTS[requireText(query.sortBy, "sortBy", 60).toLowerCase()];
  if (sortBy === undefined)
    throw errors.bad_sort({
      field: "sortBy",
      allowed: "pointsTransferDate or pointsTransferred",
      value: shown(query.sortBy),
    });
  const order = requireText(query.sortOrder, "sortOrder", 60).toLowerCase();
  if (!["", "asc", "desc"].includes(order))
    throw errors.bad_sort({ field: "sortOrder", allowed: "ASC or DESC", value: shown(query.sortOrder) });
  return {
    programId: readProgramId(query.programId),
    sortBy,
    ascending: order === "asc",
    limit,
    offset: page === 0 ? offset : (page - 1) * limit,
  };
};
