import { Type } from "typebox";
import { eventsOf } from "./event-type.ts";
import {
  CustomerIdentifiers,
  Decimal,
  EnteredBy,
  fields,
  Id,
  KeyValues,
  Millis,
  maybe,
  ProgramDetails,
  program,
  Text,
  whom,
  why,
} from "./shapes.ts";

const customer = eventsOf("Customers");
const group = eventsOf("Groups");

const profile = {
  accountId: Text,
  firstName: Type.String({ examples: ["Mira"] }),
  lastName: Type.String({ examples: ["Sol"] }),
  customFields: KeyValues,
  extendedFields: KeyValues,
};
const loyaltyType = Type.Union([Type.Literal("LOYALTY"), Type.Literal("NON_LOYALTY")]);
const entered = { loyaltyType, source: Type.String({ examples: ["INSTORE"] }), enteredAt: Millis };

const UpdatedField = fields(
  { fieldName: Type.String({ examples: ["lastName"] }) },
  { previousValue: Text, currentValue: Text, source: Text, accountId: Text, fieldType: Text },
);

const NamedValue = fields({ name: Text }, { value: Text });
const cardSide = (side: "previous" | "current") => ({
  [`${side}StatusLabel`]: Text,
  [`${side}StatusChangeReason`]: Text,
  [`${side}ExtendedFields`]: Type.Array(NamedValue),
  [`${side}CustomFields`]: Type.Array(NamedValue),
});

const Member = fields(
  {},
  { firstName: Text, lastName: Text, role: Text, customerIdentifiers: CustomerIdentifiers },
);
const groupFields = { groupName: Text, primaryMember: Member, enteredAt: Millis, enteredBy: EnteredBy };

export const CUSTOMER_EVENTS = [
  customer(
    "customerAdded",
    "A customer was registered.",
    fields({ ...whom, ...entered, enteredBy: EnteredBy }, profile),
    ["customer.registered"],
  ),
  customer(
    "customerUpdated",
    "Fields, identifiers, profiles or the status of a customer changed.",
    fields(
      { ...whom, ...entered },
      {
        enteredBy: EnteredBy,
        ...profile,
        ...why,
        updatedFields: Type.Array(UpdatedField),
        customerStatus: fields(
          {},
          {
            previousStatus: Text,
            previousLabel: Text,
            currentStatus: Text,
            currentLabel: Text,
            reason: Text,
          },
        ),
      },
    ),
    ["customer.updated"],
  ),
  customer(
    "customerSubscription",
    "A customer subscribed to a channel or left it.",
    fields(
      {
        ...whom,
        subscriptions: Type.Array(
          fields(
            { channel: Type.String({ examples: ["email"] }) },
            {
              sourceAccountId: Text,
              sourceName: Type.String({ examples: ["INSTORE"] }),
              priority: Text,
              previousStatus: Type.String({ examples: ["OPTOUT"] }),
              currentStatus: Type.String({ examples: ["OPTIN"] }),
              ouId: Id,
              ouCode: Text,
            },
          ),
        ),
      },
      {},
    ),
    ["customer.updated"],
  ),
  customer(
    "loyaltyCustomerMerge",
    "A customer was merged into another.",
    Type.Object({
      survivorCustomerIdentifiers: CustomerIdentifiers,
      victimCustomerIdentifiers: CustomerIdentifiers,
      triggeringActivity: maybe(why.triggeringActivity),
      enteredBy: maybe(EnteredBy),
      loyaltyProgramDetails: maybe(Type.Array(ProgramDetails)),
      survivorCustomerLoyaltySummary: Type.Array(
        fields(
          { loyaltyProgramId: Id },
          {
            lifetimePoints: Decimal,
            currentPoints: Decimal,
            promisedPoints: Decimal,
            tierNumber: Type.Integer({ examples: [2] }),
          },
        ),
      ),
    }),
    ["customer.merged"],
  ),
  customer(
    "cardUpdated",
    "The status or the fields of a card changed.",
    fields(
      { cardNumber: Type.String({ examples: ["C-1"] }) },
      { cardType: Text, ...whom, ...cardSide("previous"), ...cardSide("current") },
    ),
  ),
  group("groupCreated", "A group of family and friends was made.", fields({ groupId: Id }, groupFields)),
  group("groupUpdated", "A group of family and friends changed.", fields({ groupId: Id }, groupFields)),
  group(
    "groupMemberAdded",
    "Somebody joined a group.",
    fields({ groupId: Id }, { ...groupFields, memberAdded: Member }),
  ),
  group(
    "groupMemberRemoved",
    "Somebody left a group.",
    fields({ groupId: Id }, { ...groupFields, memberRemoved: Member }),
  ),
  group(
    "pointsContributionToGroup",
    "A member gave points to their group.",
    fields(
      { groupId: Id, pointsContributedToGroup: Decimal },
      { groupName: Text, primaryMember: Member, contributingMember: Member, ...why, ...program },
    ),
  ),
];
