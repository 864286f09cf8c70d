import { type Static, Type } from "@fastify/type-provider-typebox";
import type { CustomerProfile } from "#customers";
import type { Organisation } from "#orgs";
import { formatPlain, POINTS_SCALE } from "#platform";
import type { Transfer } from "./schema.ts";
import type { TransferParty, Transferred } from "./transfer.ts";

const Person = Type.Object({
  userId: Type.Integer(),
  firstName: Type.String(),
  lastName: Type.String(),
  externalId: Type.Optional(Type.String()),
});

/** The documented transfer, as seen from one of its sides. */
export const TransferItem = Type.Object({
  transferId: Type.Integer(),
  transferType: Type.String({ description: "DEDUCTION or ADDITION" }),
  pointsTransferred: Type.Number(),
  pointsTransferDate: Type.String({ description: "YYYY-MM-DD HH:MM:SS" }),
  fromEntityId: Type.Integer(),
  fromEntityType: Type.String(),
  toEntityId: Type.Integer(),
  toEntityType: Type.String(),
  transferredFrom: Person,
  transferredTo: Person,
  notes: Type.String(),
  programName: Type.String(),
  pointsTransferBreakupByEarningPrograms: Type.Optional(
    Type.Array(
      Type.Object({
        programId: Type.Integer(),
        deductedPoints: Type.Number(),
        programCurrentPoints: Type.Number(),
      }),
    ),
  ),
});
export type TransferItem = Static<typeof TransferItem>;

const personOf = ({ customerId, firstName, lastName, externalId }: TransferParty) => ({
  userId: customerId,
  firstName,
  lastName,
  ...(externalId === null ? {} : { externalId }),
});

/** A transfer that was just made, the sender's side. */
export const presentTransferred = (organisation: Organisation, done: Transferred): TransferItem => ({
  transferId: done.transferId,
  transferType: "DEDUCTION",
  pointsTransferred: done.points / POINTS_SCALE,
  pointsTransferDate: formatPlain(done.transferredAt, organisation.clusterTimeZone),
  fromEntityId: done.from.customerId,
  fromEntityType: "CUSTOMER",
  toEntityId: done.to.customerId,
  toEntityType: "CUSTOMER",
  transferredFrom: personOf(done.from),
  transferredTo: personOf(done.to),
  notes: done.notes,
  programName: done.programName,
  pointsTransferBreakupByEarningPrograms: [
    {
      programId: done.programId,
      deductedPoints: (done.points + done.fee) / POINTS_SCALE,
      programCurrentPoints: done.balance / POINTS_SCALE,
    },
  ],
});

/** A transfer of the past, as its owner sees it. */
export const presentTransfer = (
  organisation: Organisation,
  transfer: Transfer,
  profiles: ReadonlyMap<number, CustomerProfile>,
  programName: string,
): TransferItem => {
  const { partyId, otherPartyId, direction } = transfer;
  const [from, to] = direction === "sent" ? [partyId, otherPartyId] : [otherPartyId, partyId];
  const person = (customerId: number) => {
    const profile = profiles.get(customerId);
    return personOf({
      customerId,
      firstName: profile?.firstName ?? "",
      lastName: profile?.lastName ?? "",
      externalId: profile?.externalId ?? null,
    });
  };
  return {
    transferId: transfer.id,
    transferType: direction === "sent" ? "DEDUCTION" : "ADDITION",
    pointsTransferred: transfer.amount / POINTS_SCALE,
    pointsTransferDate: formatPlain(transfer.transferredAt, organisation.clusterTimeZone),
    fromEntityId: from,
    fromEntityType: "CUSTOMER",
    toEntityId: to,
    toEntityType: "CUSTOMER",
    transferredFrom: person(from),
    transferredTo: person(to),
    notes: transfer.notes,
    programName,
  };
};
