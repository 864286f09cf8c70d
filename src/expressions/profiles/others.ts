import type { ProfileDefinition } from "../catalogue.ts";
import { asText, type TextRun, textCell } from "../cells.ts";

const text = (name: string, doc: string, phrase: string, run: TextRun) => ({
  name,
  doc,
  wording: { says: phrase },
  cell: textCell(run),
});

export const storeProfile: ProfileDefinition = {
  name: "currentStore",
  doc: "The store where the activity happened.",
  attributes: [
    text("code", "Code of the store.", "the store's code", (facts) => asText(facts.currentStore.code)),
    text("name", "Name of the store.", "the store's name", (facts) => asText(facts.currentStore.name)),
  ],
  functions: [],
};

export const eventProfile: ProfileDefinition = {
  name: "currentEvent",
  doc: "The event that is being decided.",
  attributes: [
    text("eventType", "Name of the event's type, such as TransactionAdd.", "the event's type", (facts) =>
      asText(facts.currentEvent.eventType),
    ),
  ],
  functions: [],
};

export const programProfile: ProfileDefinition = {
  name: "program",
  doc: "The loyalty program that decides.",
  attributes: [
    text("name", "Name of the program.", "the program's name", (facts) => asText(facts.program.name)),
  ],
  functions: [],
};

export const organizationProfile: ProfileDefinition = {
  name: "organization",
  doc: "The organisation that runs the program.",
  attributes: [
    text("name", "Name of the organisation.", "the organisation's name", (facts) =>
      asText(facts.organization.name),
    ),
  ],
  functions: [],
};
