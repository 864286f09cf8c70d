export { type BillAgain, type DecidedAgain, decideAgain } from "./decide/again.ts";
export { decideTransaction, newMembership } from "./decide/decide.ts";
export { explainTrace, type Why, type WhyRule } from "./decide/explain.ts";
export { limitKey, limitsOf } from "./decide/limits.ts";
export type {
  Award,
  AwardSource,
  AwardTrace,
  CurrencyEffect,
  Decision,
  LimitUse,
  LimitUses,
  LineFacts,
  MemberState,
  Membership,
  PointsEffect,
  RuleTrace,
  SideEffect,
  TenderFacts,
  TierChange,
  TierChangeReason,
  Trace,
  TracePart,
  TransactionFacts,
  UpgradeType,
} from "./decide/schema.ts";
export { type ToldRule, toldRules } from "./decide/told-rules.ts";
export { openMemberships } from "./joining.ts";
export { type LimitQuestion, limitWrites, loadLimitUses, type SavedLimitUse } from "./limits/store.ts";
export { awardOf, type CompiledAwardStrategy } from "./programs/award-strategies.ts";
export type { AwardCategory } from "./programs/awards.ts";
export { type Change, type ChangeGroup, compareDefinitions } from "./programs/compare/compare.ts";
export { type CompiledProgram, compileProgram } from "./programs/compile.ts";
export type { CompiledCurrency } from "./programs/currencies.ts";
export {
  DEFAULT_EXPIRY,
  type ExpiryDate,
  type ExpiryMoment,
  expiresAt,
  type Roll,
  rollsOf,
} from "./programs/expiry.ts";
export type { OrgPrograms, ProgramHistory } from "./programs/history.ts";
export {
  type GrantPolicy,
  type ReturnPolicy,
  shareOf,
  type TransferPolicy,
  transferFee,
} from "./programs/movements.ts";
export type { Author, ProgramDetails, ProgramInput, ProgramSummary } from "./programs/parts.ts";
export { draftHasProblems } from "./programs/publication.ts";
export { type RedemptionPolicy, redemptionPolicy } from "./programs/redemption.ts";
export type { Problem, ProgramDefinition } from "./programs/schema.ts";
export { publishProgram, starterDefinition } from "./programs/starter.ts";
export { type Numbering, renumbered } from "./programs/tier-moves.ts";
export type { CompiledTracker } from "./programs/trackers.ts";
export { addLoyaltyRoutes } from "./routes.ts";
export { createLoyalty, type Loyalty, type Standing } from "./service.ts";
export type { CustomerFinder, LoyaltyRouteParts } from "./standing-routes.ts";
export type { OrgTargets } from "./targets/compile.ts";
export { completePeriodsOf } from "./targets/complete-periods.ts";
export type { BillLeft } from "./targets/contribution.ts";
export { targetEvents } from "./targets/events.ts";
export { addTargetMemberRoutes, type TargetMemberParts } from "./targets/member-routes.ts";
export { emptyTargets, loadTargets, type TargetRows, targetWrites } from "./targets/party-store.ts";
export { type CountedReturn, trackReturn } from "./targets/returned.ts";
export type { Enrolment, StreakLevel, TargetEvent, TargetState, TargetValue } from "./targets/schema.ts";
export type { Tracked } from "./targets/tracked.ts";
export { adjustTier, type ManualAction, type ManualAdjustment, type ManualValidity } from "./tiers/adjust.ts";
export { currentMemberships } from "./tiers/current.ts";
export {
  type EndTierParts,
  endTiersOf,
  measuresOf,
  pointsAccount,
  type StandingIn,
  type StandingQuestion,
} from "./tiers/end-tiers.ts";
export { type ChangeTerms, type Entered, enterTier } from "./tiers/enter.ts";
export { movedEvents, type TierEventType, tierEvents } from "./tiers/events.ts";
export {
  type MergedMembership,
  planMembershipMerge,
  readMergedMembership,
  undoMembershipMerge,
  writeMembershipMerge,
} from "./tiers/merge.ts";
export { type MoveTierParts, moveTiersOf } from "./tiers/move-tiers.ts";
export { pointsEndWithTier, pointsMovesOfUpgrades, tierEndStrategies } from "./tiers/points-end.ts";
export { remindOfTierEndsOf, type TierReminderParts } from "./tiers/remind.ts";
export { type PeriodStanding, tierAfterReturn } from "./tiers/renewal.ts";
export { type Measures, tierNumbered } from "./tiers/rules.ts";
export {
  defaultProgram,
  enrol,
  insertHistory,
  loadMemberships,
  membershipWrites,
  membersOfTier,
  type NewMember,
  publishedPrograms,
  readTierChanges,
  type SavedMembership,
  saveMemberships,
  type TierChangeRow,
  tiersAt,
  upsertNewest,
} from "./tiers/store.ts";
export { verifyLoyalty } from "./tiers/verify.ts";
export { trackerMeasures } from "./trackers/measures.ts";
export {
  aggregateOf,
  caseKey,
  NOTHING_TRACKED,
  rowOf,
  type TrackerCaseState,
  type TrackerChanges,
  type TrackerDay,
  type TrackerState,
  trackerValueOf,
  withChanges,
} from "./trackers/state.ts";
export {
  loadTrackers,
  type SavedTrackers,
  type TrackerQuestion,
  trackersNeeded,
  trackerWrites,
} from "./trackers/store.ts";
export { type TrackedBill, type TrackedPart, trackedBy } from "./trackers/tracked.ts";
