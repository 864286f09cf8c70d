import type { Attribute, ProfileDefinition } from "../definitions.ts";
import type { CustomerFacts } from "../facts.ts";
import { customerFunctions } from "./customer-functions.ts";
import { date, number, text, truth } from "./define.ts";
import { redemptionAttributes } from "./redemptions.ts";
import { pointAttributes, tierAttributes } from "./standing.ts";

const fullName = ({ firstName, lastName }: CustomerFacts): string | null => {
  if (firstName === null || firstName === "") return lastName;
  return lastName === null || lastName === "" ? firstName : `${firstName} ${lastName}`;
};

/** Nothing to divide by is nothing known, not a mistake: a customer who was never here has no average. */
const spendPerVisit = ({ lifetimePurchase, numberOfVisits }: CustomerFacts): number | null =>
  lifetimePurchase === null || numberOfVisits === null || numberOfVisits === 0
    ? null
    : lifetimePurchase / numberOfVisits;

const identity: readonly Attribute[] = [
  text("firstName", "First name.", "the customer's first name", (facts) => facts.currentCustomer.firstName),
  text("lastName", "Last name.", "the customer's last name", (facts) => facts.currentCustomer.lastName),
  text("name", "First name, a space and last name.", "the customer's name", (facts) =>
    fullName(facts.currentCustomer),
  ),
  text("email", "E-mail address.", "the customer's e-mail address", (facts) => facts.currentCustomer.email),
  text(
    "mobile",
    "Phone number in international form.",
    "the customer's phone number",
    (facts) => facts.currentCustomer.mobile,
  ),
  text(
    "externalId",
    "External id.",
    "the customer's external id",
    (facts) => facts.currentCustomer.externalId,
  ),
  truth(
    "hasInstoreProfile",
    "True when the customer has an account of the stores.",
    "the customer has an in-store account",
    "the customer has no in-store account",
    (facts) => facts.currentCustomer.hasProfileOf?.("INSTORE"),
  ),
  truth(
    "hasWeChatProfile",
    "True when the customer has a WeChat account.",
    "the customer has a WeChat account",
    "the customer has no WeChat account",
    (facts) => facts.currentCustomer.hasProfileOf?.("WECHAT"),
  ),
];

const purchases: readonly Attribute[] = [
  number(
    "lifetimePurchase",
    "money",
    "Purchases less refunds, the current bill included.",
    "the customer's total of purchases",
    (facts) => facts.currentCustomer.lifetimePurchase,
    { slot: "lifetimePurchase", aliases: ["lifetimePurchases"] },
  ),
  number(
    "initialLifetimePurchase",
    "money",
    "Purchases less refunds, without the current bill.",
    "the customer's total of purchases before this bill",
    (facts) => facts.currentCustomer.initialLifetimePurchase,
    { slot: "initialLifetimePurchase", aliases: ["initialLifetimePurchases"] },
  ),
  number(
    "avgBasketSize",
    "count",
    "Lines of all bills by the number of bills.",
    "the customer's lines to a bill",
    (facts) => facts.currentCustomer.avgBasketSize ?? null,
  ),
  number(
    "avgSpendPerVisit",
    "money",
    "Purchases by the number of visits; null without a visit.",
    "the customer's average spend on a visit",
    (facts) => spendPerVisit(facts.currentCustomer),
  ),
  number(
    "numberOfTxns",
    "count",
    "Bills, the current one included.",
    "the customer's number of bills",
    (facts) => facts.currentCustomer.numberOfTxns,
    { slot: "numberOfTxns" },
  ),
  number(
    "numberOfTxnsToday",
    "count",
    "Bills of this day, the current one included.",
    "the customer's number of bills today",
    (facts) => facts.currentCustomer.numberOfTxnsToday ?? null,
  ),
  number(
    "numberOfVisits",
    "count",
    "Distinct days with a bill.",
    "the customer's number of visits",
    (facts) => facts.currentCustomer.numberOfVisits,
    { slot: "numberOfVisits" },
  ),
];

const flags: readonly Attribute[] = [
  date(
    "joinDate",
    "When the customer joined the program.",
    "the customer's join date",
    (facts) => facts.currentCustomer.joinDate,
  ),
  truth(
    "isLoyal",
    "True for a member of the loyalty program.",
    "the customer is a loyalty member",
    "the customer is not a loyalty member",
    (facts) => facts.currentCustomer.isLoyal,
    { slot: "isLoyal" },
  ),
  truth(
    "isTest",
    "True for a customer of the test group.",
    "the customer is in the test group",
    "the customer is not in the test group",
    (facts) => facts.currentCustomer.isTest,
  ),
  truth(
    "isControl",
    "True for a customer of the control group.",
    "the customer is in the control group",
    "the customer is not in the control group",
    (facts) => facts.currentCustomer.isControl,
  ),
  truth(
    "isGroupMember",
    "True for a member of a group of customers.",
    "the customer is a member of a group",
    "the customer is not a member of a group",
    ({ currentCustomer: { groupRole } }) => (groupRole ?? null) && groupRole !== "none",
  ),
  truth(
    "isPrimary",
    "True for the primary member of a group of customers.",
    "the customer is the primary member of a group",
    "the customer is not the primary member of a group",
    ({ currentCustomer: { groupRole } }) => (groupRole ?? null) && groupRole === "primary",
  ),
  truth(
    "isSecondary",
    "True for a secondary member of a group of customers.",
    "the customer is a secondary member of a group",
    "the customer is not a secondary member of a group",
    ({ currentCustomer: { groupRole } }) => (groupRole ?? null) && groupRole === "secondary",
  ),
];

export const customerProfile: ProfileDefinition = {
  name: "currentCustomer",
  doc: "The customer whom the activity is about.",
  attributes: [
    ...identity,
    ...pointAttributes,
    ...redemptionAttributes,
    ...purchases,
    ...tierAttributes,
    ...flags,
  ],
  functions: customerFunctions,
  extendedFields: {
    scope: "customer",
    owner: "the customer's",
    of: (facts) => facts.currentCustomer.extendedFields,
  },
};
