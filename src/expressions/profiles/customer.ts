import type { Attribute, ProfileDefinition } from "../catalogue.ts";
import { asLogic, asNumber, asText, dateCell, logicCell, numberCell, textCell } from "../cells.ts";
import type { CustomerFacts } from "../facts.ts";
import type { Unit } from "../types.ts";

const says = (phrase: string) => ({ says: phrase });

const text = (
  name: string,
  doc: string,
  phrase: string,
  read: (customer: CustomerFacts) => string | null,
): Attribute => ({
  name,
  doc,
  wording: says(phrase),
  cell: textCell((facts) => asText(read(facts.currentCustomer))),
});

const number = (
  name: string,
  unit: Unit,
  doc: string,
  phrase: string,
  read: (customer: CustomerFacts) => number | null,
  aliases: readonly string[] = [],
): Attribute => ({
  name,
  unit,
  doc,
  aliases,
  wording: says(phrase),
  cell: numberCell((facts) => asNumber(read(facts.currentCustomer))),
});

const date = (
  name: string,
  doc: string,
  phrase: string,
  read: (customer: CustomerFacts) => number | null,
): Attribute => ({
  name,
  doc,
  wording: says(phrase),
  cell: dateCell((facts) => asNumber(read(facts.currentCustomer))),
});

const fullName = ({ firstName, lastName }: CustomerFacts): string | null => {
  if (firstName === null || firstName === "") return lastName;
  return lastName === null || lastName === "" ? firstName : `${firstName} ${lastName}`;
};

const BEFORE = "before the current event";
const attributes: readonly Attribute[] = [
  text("firstName", "First name.", "the customer's first name", (it) => it.firstName),
  text("lastName", "Last name.", "the customer's last name", (it) => it.lastName),
  text("name", "First name, a space and last name.", "the customer's name", fullName),
  text("email", "E-mail address.", "the customer's e-mail address", (it) => it.email),
  text("mobile", "Phone number in international form.", "the customer's phone number", (it) => it.mobile),
  text("externalId", "External id.", "the customer's external id", (it) => it.externalId),
  number(
    "currentPoints",
    "points",
    "Points that can be spent: earned less returned, redeemed and expired, as changed so far in this event.",
    "the customer's points balance",
    (it) => it.currentPoints,
  ),
  number(
    "initialCurrentPoints",
    "points",
    `Points that could be spent ${BEFORE}.`,
    `the customer's points balance ${BEFORE}`,
    (it) => it.initialCurrentPoints,
  ),
  number(
    "lifetimePoints",
    "points",
    "Points ever earned less returned, as changed so far in this event.",
    "the customer's lifetime points total",
    (it) => it.lifetimePoints,
  ),
  number(
    "initialLifetimePoints",
    "points",
    `Points ever earned less returned, ${BEFORE}.`,
    `the customer's lifetime points total ${BEFORE}`,
    (it) => it.initialLifetimePoints,
  ),
  number(
    "lifetimePurchase",
    "money",
    "Purchases less refunds, the current bill included.",
    "the customer's total of purchases",
    (it) => it.lifetimePurchase,
    ["lifetimePurchases"],
  ),
  number(
    "initialLifetimePurchase",
    "money",
    "Purchases less refunds, without the current bill.",
    "the customer's total of purchases before this bill",
    (it) => it.initialLifetimePurchase,
    ["initialLifetimePurchases"],
  ),
  number(
    "numberOfTxns",
    "count",
    "Bills, the current one included.",
    "the customer's number of bills",
    (it) => it.numberOfTxns,
  ),
  number(
    "numberOfVisits",
    "count",
    "Distinct days with a bill.",
    "the customer's number of visits",
    (it) => it.numberOfVisits,
  ),
  text("slabName", "Name of the tier.", "the customer's tier", (it) => it.slabName),
  number(
    "slabNumber",
    "count",
    "Number of the tier, 1 the lowest.",
    "the customer's tier number",
    (it) => it.slabNumber,
  ),
  text(
    "initialSlabName",
    `Name of the tier ${BEFORE}.`,
    `the customer's tier ${BEFORE}`,
    (it) => it.initialSlabName,
  ),
  number(
    "initialSlabNumber",
    "count",
    `Number of the tier ${BEFORE}.`,
    `the customer's tier number ${BEFORE}`,
    (it) => it.initialSlabNumber,
  ),
  date("joinDate", "When the customer joined the program.", "the customer's join date", (it) => it.joinDate),
  date(
    "slabExpiryDate",
    "When the tier runs out; null when it does not.",
    "the expiry of the customer's tier",
    (it) => it.slabExpiryDate,
  ),
  {
    name: "isLoyal",
    doc: "True for a member of the loyalty program.",
    wording: { says: "the customer is a loyalty member", denies: "the customer is not a loyalty member" },
    cell: logicCell((facts) => asLogic(facts.currentCustomer.isLoyal)),
  },
];

export const customerProfile: ProfileDefinition = {
  name: "currentCustomer",
  doc: "The customer whom the activity is about.",
  attributes,
  functions: [],
  extendedFields: "customer",
};
