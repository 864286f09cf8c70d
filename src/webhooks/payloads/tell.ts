import type { TakenEvent } from "../intake.ts";
import { tellMerge, tellRegistration, tellUpdate } from "./customers.ts";
import type { Facts } from "./facts.ts";
import {
  tellConversion,
  tellDeduction,
  tellExpiry,
  tellExpiryMove,
  tellGrant,
  tellReceipt,
  tellRedemption,
  tellReminder,
  tellReversal,
  tellTransfer,
} from "./points.ts";
import {
  tellCombinationAchieved,
  tellCombinationLost,
  tellLevelAchieved,
  tellLevelLost,
  tellPeriodCompleted,
  tellStreakEnrolment,
  tellStreakLeft,
  tellTargetAchieved,
  tellTargetEnrolment,
  tellTargetProgress,
} from "./targets.ts";
import { tellDowngradeReminder, tellTierDowngrade, tellTierRenewal, tellTierUpgrade } from "./tiers.ts";
import type { Teller, Told } from "./told.ts";
import { tellBillUpdate, tellPurchase, tellRejection, tellRetrigger, tellReturn } from "./transactions.ts";

/** Who tells an event of the outbox in documented words, by its type. */
export const TELLERS: Readonly<Record<string, Teller>> = {
  "customer.registered": tellRegistration,
  "customer.updated": tellUpdate,
  "customer.merged": tellMerge,
  "transaction.added": tellPurchase,
  "transaction.returned": tellReturn,
  "transaction.updated": tellBillUpdate,
  "transaction.rejected": tellRejection,
  "rejected_transaction.retriggered": tellRetrigger,
  "points.granted": tellGrant,
  "points.redeemed": tellRedemption,
  "points.reversed": tellReversal,
  "points.deducted": tellDeduction,
  "points.expired": tellExpiry,
  "points.expiry_reminder": tellReminder,
  "points.expiry_changed": tellExpiryMove,
  "points.transferred": tellTransfer,
  "points.received": tellReceipt,
  "points.converted": tellConversion,
  "tier.upgraded": tellTierUpgrade,
  "tier.renewed": tellTierRenewal,
  "tier.downgraded": tellTierDowngrade,
  "tier.downgrade_due": tellDowngradeReminder,
  "target.progressed": tellTargetProgress,
  "target.achieved": tellTargetAchieved,
  "target.period_completed": tellPeriodCompleted,
  "target.enrolled": tellTargetEnrolment,
  "targets.achieved": tellCombinationAchieved,
  "targets.lost": tellCombinationLost,
  "streak.level_achieved": tellLevelAchieved,
  "streak.level_lost": tellLevelLost,
  "streak.enrolled": tellStreakEnrolment,
  "streak.left": tellStreakLeft,
};

/** The documented events that one of the outbox comes to. */
export const tell = (event: TakenEvent, facts: Facts): readonly Told[] =>
  TELLERS[event.type]?.(event, facts) ?? [];
