import { ACTIVITIES, type Activity } from "../activities.ts";
import type { ProfileDefinition } from "../definitions.ts";
import { number, text, truth } from "./define.ts";

/** When promised points become due, little of this is at hand. */
export const NOT_WHEN_DUE: readonly Activity[] = ACTIVITIES.filter(
  (activity) => activity !== "DelayedAccrual",
);

export const storeProfile: ProfileDefinition = {
  name: "currentStore",
  doc: "The store where the activity happened.",
  attributes: [
    text("code", "Code of the store.", "the store's code", (facts) => facts.currentStore.code, {
      slot: "storeCode",
      names: "storeCode",
    }),
    text("name", "Name of the store.", "the store's name", (facts) => facts.currentStore.name, {
      slot: "storeName",
      names: "store",
    }),
  ],
  functions: [],
};

export const programProfile: ProfileDefinition = {
  name: "program",
  doc: "The loyalty program that decides.",
  attributes: [
    text("name", "Name of the program.", "the program's name", (facts) => facts.program.name, {
      names: "program",
    }),
    truth(
      "isDefault",
      "True for the organisation's default program.",
      "the program is the default one",
      "the program is not the default one",
      (facts) => facts.program.isDefault,
    ),
    number(
      "pointsToCurrencyRatio",
      "count",
      "Worth of a point in currency units.",
      "the worth of a point",
      (facts) => facts.program.pointsToCurrencyRatio ?? null,
    ),
  ],
  functions: [],
};

export const organizationProfile: ProfileDefinition = {
  name: "organization",
  doc: "The organisation that runs the program.",
  activities: NOT_WHEN_DUE,
  attributes: [
    text("name", "Name of the organisation.", "the organisation's name", (facts) => facts.organization.name),
  ],
  functions: [],
};

export const referrerProfile: ProfileDefinition = {
  name: "referrerCode",
  doc: "The code by which the customer was referred.",
  activities: ["TransactionAdd", "CustomerRegistration", "SlabUpgrade"],
  attributes: [
    number(
      "refereeRegCount",
      "count",
      "Customers who registered by the code.",
      "the number of customers who registered by the referrer's code",
      (facts) => facts.referrerCode?.refereeRegCount ?? null,
    ),
    number(
      "refereeTxnCount",
      "count",
      "Bills of the referred customer.",
      "the number of bills of the referred customer",
      (facts) => facts.referrerCode?.refereeTxnCount ?? null,
    ),
  ],
  functions: [],
};
