import type { Attribute } from "../definitions.ts";
import type { StandingFacts } from "../facts.ts";
import { date, number, text } from "./define.ts";

export const BEFORE = "before the current event";

const sum = (one: number | null, two: number | null | undefined): number | null =>
  one === null || two === null || two === undefined ? null : one + two;

const all = ({ currentPoints, currentNonRedeemablePoints }: StandingFacts): number | null =>
  sum(currentPoints, currentNonRedeemablePoints);
const initialAll = (it: StandingFacts): number | null =>
  sum(it.initialCurrentPoints, it.initialCurrentNonRedeemablePoints);
const lifetimeAll = ({ lifetimePoints, lifetimeNonRedeemablePoints }: StandingFacts): number | null =>
  sum(lifetimePoints, lifetimeNonRedeemablePoints);

/** Points and tiers of the customer; a group of customers has them too. */
export const pointAttributes: readonly Attribute[] = [
  number(
    "currentPoints",
    "points",
    "Points that can be spent: earned less returned, redeemed and expired, as changed so far in this event.",
    "the customer's points balance",
    (facts) => facts.currentCustomer.currentPoints,
    { slot: "currentPoints" },
  ),
  number(
    "initialCurrentPoints",
    "points",
    `Points that could be spent ${BEFORE}.`,
    `the customer's points balance ${BEFORE}`,
    (facts) => facts.currentCustomer.initialCurrentPoints,
  ),
  number(
    "currentNonRedeemablePoints",
    "points",
    "Promised points that are not yet to be spent, as changed so far in this event.",
    "the customer's promised points",
    (facts) => facts.currentCustomer.currentNonRedeemablePoints ?? null,
  ),
  number(
    "currentAllPoints",
    "points",
    "Points that can be spent and promised ones together, as changed so far in this event.",
    "the customer's points with promised ones",
    (facts) => all(facts.currentCustomer),
  ),
  number(
    "initialCurrentAllPoints",
    "points",
    `Points that could be spent and promised ones together, ${BEFORE}.`,
    `the customer's points with promised ones ${BEFORE}`,
    (facts) => initialAll(facts.currentCustomer),
  ),
  number(
    "lifetimePoints",
    "points",
    "Points ever earned less returned, as changed so far in this event.",
    "the customer's lifetime points total",
    (facts) => facts.currentCustomer.lifetimePoints,
    { slot: "lifetimePoints" },
  ),
  number(
    "initialLifetimePoints",
    "points",
    `Points ever earned less returned, ${BEFORE}.`,
    `the customer's lifetime points total ${BEFORE}`,
    (facts) => facts.currentCustomer.initialLifetimePoints,
  ),
  number(
    "lifetimeNonRedeemablePoints",
    "points",
    "Points ever promised less returned.",
    "the customer's lifetime total of promised points",
    (facts) => facts.currentCustomer.lifetimeNonRedeemablePoints ?? null,
  ),
  number(
    "lifetimeAllPoints",
    "points",
    "Points ever earned and promised, less returned.",
    "the customer's lifetime points total with promised ones",
    (facts) => lifetimeAll(facts.currentCustomer),
  ),
];

export const tierAttributes: readonly Attribute[] = [
  text("slabName", "Name of the tier.", "the customer's tier", (facts) => facts.currentCustomer.slabName, {
    slot: "slabName",
    names: "tier",
  }),
  number(
    "slabNumber",
    "count",
    "Number of the tier, 1 the lowest.",
    "the customer's tier number",
    (facts) => facts.currentCustomer.slabNumber,
    { slot: "slabNumber" },
  ),
  text(
    "initialSlabName",
    `Name of the tier ${BEFORE}.`,
    `the customer's tier ${BEFORE}`,
    (facts) => facts.currentCustomer.initialSlabName,
    { slot: "initialSlabName", names: "tier" },
  ),
  number(
    "initialSlabNumber",
    "count",
    `Number of the tier ${BEFORE}.`,
    `the customer's tier number ${BEFORE}`,
    (facts) => facts.currentCustomer.initialSlabNumber,
  ),
  date(
    "slabChangeDate",
    "When the tier last changed.",
    "the last change of the customer's tier",
    (facts) => facts.currentCustomer.slabChangeDate ?? null,
  ),
  date(
    "slabExpiryDate",
    "When the tier runs out; null when it does not.",
    "the expiry of the customer's tier",
    (facts) => facts.currentCustomer.slabExpiryDate,
  ),
];
