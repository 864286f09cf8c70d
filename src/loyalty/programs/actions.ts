import { type Static, Type } from "@fastify/type-provider-typebox";
import { Award, awardProblems, type CompiledAward, compileAward, ruleExpiryProblems } from "./awards.ts";
import type { CompiledCurrency } from "./currencies.ts";
import type { Problem } from "./problems.ts";
import type { Tracker } from "./trackers.ts";

export const ExpiryStrategyId = Type.Integer({
  minimum: 1,
  description: "By default that of the currency awarded, else 1, the program's own expiry",
});

export const AwardAction = Type.Object(
  {
    type: Type.Literal("award"),
    award: Award,
    expiryStrategyId: Type.Optional(ExpiryStrategyId),
  },
  { additionalProperties: false },
);

export const ForwardAction = Type.Object(
  {
    type: Type.Literal("forward"),
    setId: Type.String({ description: "A set that is only run where a rule forwards to it" }),
  },
  { additionalProperties: false },
);

export const TrackerAction = Type.Object(
  {
    type: Type.Literal("evaluate_tracker"),
    trackerId: Type.Integer({
      description: "Adds what the bill brings, and forwards to the sets of its cases",
    }),
  },
  { additionalProperties: false },
);

/** What a rule does where its condition is true, or where it is false. */
export const Action = Type.Union([AwardAction, ForwardAction, TrackerAction]);
export type Action = Static<typeof Action>;

/** What actions need to know of the program around them. */
export interface ActionContext {
  readonly tiers: readonly { readonly number: number; readonly name: string }[];
  readonly currencies?: readonly { readonly id: number }[] | undefined;
  readonly expiryStrategies?: readonly { readonly id: number }[] | undefined;
  readonly trackers?: readonly Tracker[] | undefined;
  readonly moneyScale: number;
}

/** What is wrong with an action whose shape is right; where forwards and trackers lead is judged with the sets. */
export const actionProblems = (action: Action, path: string, context: ActionContext): Problem[] =>
  action.type === "award"
    ? [
        ...awardProblems(action.award, `${path}.award`, context, context.moneyScale),
        ...ruleExpiryProblems(action.expiryStrategyId, path, context),
      ]
    : [];

/** An action, ready to carry out. */
export type CompiledAction =
  | { readonly type: "award"; readonly award: CompiledAward }
  | {
      readonly type: "forward";
      /** Place of the set among all sets of the program. */
      readonly set: number;
    }
  | {
      readonly type: "evaluate_tracker";
      /** Place of the tracker among the program's. */
      readonly tracker: number;
    };

export interface ActionParts {
  readonly tiers: readonly { readonly number: number }[];
  readonly moneyScale: number;
  readonly currencies: ReadonlyMap<number, CompiledCurrency>;
  /** Places of the program's sets by id. */
  readonly sets: ReadonlyMap<string, number>;
  readonly trackers?: readonly { readonly id: number }[] | undefined;
}

export const compileAction = (action: Action, parts: ActionParts): CompiledAction => {
  switch (action.type) {
    case "award":
      return {
        type: "award",
        award: compileAward(
          action.award,
          parts.tiers,
          parts.moneyScale,
          parts.currencies,
          action.expiryStrategyId,
        ),
      };
    case "forward":
      return { type: "forward", set: parts.sets.get(action.setId) ?? -1 };
    case "evaluate_tracker":
      return {
        type: "evaluate_tracker",
        tracker: (parts.trackers ?? []).findIndex(({ id }) => id === action.trackerId),
      };
  }
};

/** A set that an action may run. */
export interface Onward {
  readonly setId: string;
  /** As the case of a tracker. */
  readonly asCase: boolean;
}

/** The sets that an action may run. */
export const onwardOf = (
  action: Action,
  trackers: readonly Pick<Tracker, "id" | "cases">[] | undefined,
): readonly Onward[] => {
  switch (action.type) {
    case "award":
      return [];
    case "forward":
      return [{ setId: action.setId, asCase: false }];
    case "evaluate_tracker":
      return (trackers ?? []).flatMap(({ id, cases }) =>
        id === action.trackerId
          ? cases.flatMap(({ setId }) => (setId === undefined ? [] : [{ setId, asCase: true }]))
          : [],
      );
  }
};
