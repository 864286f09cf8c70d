import { type Static, Type } from "@fastify/type-provider-typebox";
import { Action, ExpiryStrategyId } from "./actions.ts";
import { Award } from "./awards.ts";
import { Scope } from "./scopes.ts";

const Id = Type.String({ pattern: "^[A-Za-z0-9_-]{1,50}$" });
const Name = Type.String({ minLength: 1, maxLength: 100 });
/** Actions of one branch of a rule. */
const MOST_ACTIONS = 20;

/** A condition with what is done where it is true and where it is false. `award` is short for one action of that kind. */
export const Rule = Type.Object(
  {
    id: Id,
    name: Name,
    condition: Type.String({ minLength: 1, maxLength: 10_000 }),
    award: Type.Optional(Award),
    expiryStrategyId: Type.Optional(ExpiryStrategyId),
    actions: Type.Optional(
      Type.Array(Action, { maxItems: MOST_ACTIONS, description: "Where the condition is true" }),
    ),
    otherwise: Type.Optional(
      Type.Array(Action, { maxItems: MOST_ACTIONS, description: "Where it is false" }),
    ),
  },
  { additionalProperties: false },
);
export type Rule = Static<typeof Rule>;

/** When in the evaluation of a purchase a set runs; `start` when nothing is said (programs-and-rules.md §3). */
export const Stage = Type.Union([
  Type.Literal("start"),
  Type.Literal("trackers"),
  Type.Literal("points_trackers"),
  Type.Literal("end"),
]);
export type Stage = Static<typeof Stage>;

export const STAGES: readonly Stage[] = ["start", "trackers", "points_trackers", "end"];

/** Rules that run together, in order: every condition is evaluated, there is no stop at the first match. */
export const RuleSet = Type.Object(
  {
    id: Id,
    name: Name,
    stage: Type.Optional(Stage),
    isForwarded: Type.Optional(
      Type.Boolean({ description: "Runs only where the action of a rule forwards to it" }),
    ),
    scope: Type.Optional(Scope),
    unroll: Type.Optional(
      Type.Union([Type.Literal("lines"), Type.Literal("tenders")], {
        description: "Runs its rules once for each line of the bill, or for each payment",
      }),
    ),
    useProportions: Type.Optional(
      Type.Boolean({
        description: "For each line: by its share of the bill's amount instead of its own amount",
      }),
    ),
    rules: Type.Array(Rule, { maxItems: 1000 }),
  },
  { additionalProperties: false },
);
export type RuleSet = Static<typeof RuleSet>;

const Sets = Type.Array(RuleSet, { maxItems: 100 });

/** Sets of rules by activity. An upgrade by a bill is decided with the bill, after its own sets, with the new tier's rates. */
export const Workflows = Type.Object(
  { TransactionAdd: Sets, SlabUpgrade: Type.Optional(Sets) },
  { additionalProperties: false },
);
export type Workflows = Static<typeof Workflows>;

/** Activities with rules, in the order in which traces count their sets and rules. */
export const RULED = ["TransactionAdd", "SlabUpgrade"] as const satisfies readonly (keyof Workflows)[];
export type Ruled = (typeof RULED)[number];

/** The sets of all activities in that order. */
export const setsOf = (workflows: Workflows): readonly RuleSet[] =>
  RULED.flatMap((activity) => workflows[activity] ?? []);

/** What a rule does where its condition is true, in order. */
export const actionsOf = ({ award, expiryStrategyId, actions = [] }: Rule): readonly Action[] =>
  award === undefined
    ? actions
    : [{ type: "award", award, ...(expiryStrategyId === undefined ? {} : { expiryStrategyId }) }, ...actions];

/** Everything that a rule may do, with its place in the rule for messages. */
export function* actionsWithPaths(rule: Rule, path: string): Generator<readonly [Action, string]> {
  const { award, expiryStrategyId, actions = [], otherwise = [] } = rule;
  if (award !== undefined)
    yield [{ type: "award", award, ...(expiryStrategyId === undefined ? {} : { expiryStrategyId }) }, path];
  for (const [index, action] of actions.entries()) yield [action, `${path}.actions[${index}]`];
  for (const [index, action] of otherwise.entries()) yield [action, `${path}.otherwise[${index}]`];
}
