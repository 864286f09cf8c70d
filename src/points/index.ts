export { type CustomerEmbedsParts, createPointsEmbeds } from "./customer-embeds/embeds.ts";
export { type DeductInput, deductKind } from "./deductions/deduct.ts";
export { type MoveExpiryInput, moveExpiryKind } from "./expiry/move-expiry.ts";
export { type GrantInput, grantKind } from "./grants/grant.ts";
export { sumGivenByImport } from "./grants/store.ts";
export {
  type CaptureInput,
  captureKind,
  type HoldInput,
  type HoldState,
  holdKind,
  MAX_HOLD_SECONDS,
  type ReleaseInput,
  releaseKind,
} from "./holds/hold.ts";
export {
  type Asked,
  type BillOfParty,
  type Desk,
  type FindBills,
  type Located,
  type Movement,
  type MovementKind,
  movement,
  noWrites,
  type PartyName,
  type PointsWrites,
} from "./movement.ts";
export { addMovingRoutes, type MovingRouteParts } from "./moving-routes.ts";
export { nameParty, partyWithId } from "./naming.ts";
export { type NumberedBill, paidBill } from "./paid-bill.ts";
export { type Moved, type PointsParts, type Preview, pointsStatements } from "./path.ts";
export { PreviewAnswer, presentPreview } from "./preview.ts";
export { changeRedemptions, type RedemptionChange } from "./redemptions/changes.ts";
export { explodeRedemptions } from "./redemptions/explode.ts";
export { linked, objectionToLink } from "./redemptions/link.ts";
export type { Redeemed } from "./redemptions/post.ts";
export { type RedeemInput, redeemKind } from "./redemptions/redeem.ts";
export {
  loadCarriers,
  type Reversed,
  type ReverseInput,
  reverseKind,
  reverseRedemption,
} from "./redemptions/reverse.ts";
export { addRedemptionRoutes } from "./redemptions/routes.ts";
export { composeReminder } from "./reminders/letter.ts";
export { mailReminders, REMINDER_MESSAGE } from "./reminders/remind.ts";
export type { PointsRouteParts } from "./route-parts.ts";
export { addScheduleRoutes, type ScheduleParts } from "./schedules/routes.ts";
export type { Redemption, Reversal } from "./schema.ts";
export { createPoints, type Points } from "./service.ts";
export { loadRedemptionsByCode, loadRedemptionsOfBills, takenKeys } from "./store.ts";
export { type TransferInput, transferKind } from "./transfers/transfer.ts";
export { CODE_MESSAGE, composeCode, showCodes } from "./validation/letter.ts";
export { verifyPoints } from "./verify.ts";
