import type { Cell } from "../cells.ts";
import type { Attribute, ProfileFunction } from "../definitions.ts";
import {
  type CustomerFacts,
  type Facts,
  NO_CUSTOMER,
  NO_TRANSACTION,
  type StandingFacts,
  type TransactionFacts,
} from "../facts.ts";

/** The same facts with another customer or another bill in their places. */
class View implements Facts {
  constructor(
    private readonly facts: Facts,
    readonly currentCustomer: CustomerFacts,
    readonly currentTxn: TransactionFacts,
  ) {}

  get currentStore() {
    return this.facts.currentStore;
  }
  get currentEvent() {
    return this.facts.currentEvent;
  }
  get program() {
    return this.facts.program;
  }
  get organization() {
    return this.facts.organization;
  }
  get localTime() {
    return this.facts.localTime;
  }
}

type Look = (facts: Facts) => Facts;

/** As if the primary member of the group were the customer. */
export const atPrimaryCustomer: Look = (facts) =>
  new View(facts, facts.groupPrimaryCustomer ?? NO_CUSTOMER, facts.currentTxn);

const standingOf = (group: StandingFacts | null | undefined): CustomerFacts =>
  group ? { ...NO_CUSTOMER, ...group } : NO_CUSTOMER;

/** As if the group were the customer. */
export const atUserGroup: Look = (facts) =>
  new View(facts, standingOf(facts.currentUserGroup), facts.currentTxn);

/** As if what came back were the bill. */
export const atReturn: Look = (facts) =>
  new View(facts, facts.currentCustomer, facts.returnBill ?? NO_TRANSACTION);

const through = (cell: Cell, look: Look): Cell => {
  switch (cell.type) {
    case "number":
    case "date": {
      const { run } = cell;
      return { type: cell.type, run: (facts) => run(look(facts)) };
    }
    case "string": {
      const { run } = cell;
      return { type: "string", run: (facts) => run(look(facts)) };
    }
    case "boolean": {
      const { run } = cell;
      return { type: "boolean", run: (facts) => run(look(facts)) };
    }
  }
};

/** Other words for whom or what an attribute is of. */
export type Rename = readonly [from: string, to: string];

const renamed = <T extends Attribute | ProfileFunction>(entry: T, [from, to]: Rename): T => {
  const { says, denies } = entry.wording;
  return {
    ...entry,
    wording: {
      says: says.replaceAll(from, to),
      ...(denies === undefined ? {} : { denies: denies.replaceAll(from, to) }),
    },
  };
};

/** The same attribute, looking elsewhere. */
export const attributeThrough = (attribute: Attribute, look: Look, rename: Rename): Attribute => ({
  ...renamed(attribute, rename),
  cell: through(attribute.cell, look),
});

export const functionThrough = (
  definition: ProfileFunction,
  look: Look,
  rename: Rename,
): ProfileFunction => ({
  ...renamed(definition, rename),
  bind: (bound) => through(definition.bind(bound), look),
});
