import type { ProfileDefinition } from "../definitions.ts";
import { customerProfile } from "./customer.ts";
import { date, number, text } from "./define.ts";
import { pointAttributes, tierAttributes } from "./standing.ts";
import { returnedParts } from "./transaction.ts";
import {
  atPrimaryCustomer,
  atReturn,
  attributeThrough,
  atUserGroup,
  functionThrough,
  type Rename,
} from "./views.ts";

const PRIMARY: Rename = ["the customer", "the group's primary customer"];

export const primaryCustomerProfile: ProfileDefinition = {
  name: "groupPrimaryCustomer",
  doc: "The primary member of the customer's group.",
  activities: [
    "TransactionAdd",
    "ReturnTransaction",
    "TransactionUpdate",
    "CustomerRegistration",
    "CustomerUpdate",
    "SlabUpgrade",
    "TargetCompleted",
    "SocialConnect",
    "GroupTransactionAdd",
    "GroupTransactionUpdate",
    "GroupReturnBill",
    "GroupMemberJoin",
    "GroupMemberLeave",
    "PointsContributionToGroup",
  ],
  attributes: customerProfile.attributes.map((it) => attributeThrough(it, atPrimaryCustomer, PRIMARY)),
  functions: customerProfile.functions.map((it) => functionThrough(it, atPrimaryCustomer, PRIMARY)),
  extendedFields: {
    scope: "customer",
    owner: "the group's primary customer's",
    of: (facts) => facts.groupPrimaryCustomer?.extendedFields ?? null,
  },
};

const RETURN: Rename = ["the bill", "the return"];

export const returnProfile: ProfileDefinition = {
  name: "returnBill",
  doc: "What came back of a bill.",
  activities: ["ReturnTransaction"],
  attributes: returnedParts.attributes.map((it) => attributeThrough(it, atReturn, RETURN)),
  functions: returnedParts.functions.map((it) => functionThrough(it, atReturn, RETURN)),
  extendedFields: {
    scope: "transaction",
    owner: "the return's",
    of: (facts) => facts.returnBill?.extendedFields ?? null,
  },
};

const GROUP: Rename = ["the customer", "the group"];

export const userGroupProfile: ProfileDefinition = {
  name: "currentUserGroup",
  doc: "The group of customers that the event is about.",
  activities: ["TransactionAdd"],
  attributes: [
    text("name", "Name of the group.", "the group's name", (facts) => facts.currentUserGroup?.name ?? null),
    text(
      "externalId",
      "External id of the group.",
      "the group's external id",
      (facts) => facts.currentUserGroup?.externalId ?? null,
    ),
    date(
      "createdDate",
      "When the group was made.",
      "the date when the group was made",
      (facts) => facts.currentUserGroup?.createdDate ?? null,
    ),
    number(
      "memberCount",
      "count",
      "Members of the group.",
      "the group's number of members",
      (facts) => facts.currentUserGroup?.memberCount ?? null,
    ),
    ...[...pointAttributes, ...tierAttributes].map((it) => attributeThrough(it, atUserGroup, GROUP)),
  ],
  functions: [],
  extendedFields: {
    scope: "userGroup",
    owner: "the group's",
    prefix: "ug_",
    of: (facts) => facts.currentUserGroup?.extendedFields ?? null,
  },
};
