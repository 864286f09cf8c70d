import { type Static, Type } from "@fastify/type-provider-typebox";
import { type Millipoints, multiplyRatio, POINTS_SCALE, type Rounding as RoundingMode } from "#platform";
import { exact, RATE_SCALE, Rounding, unitOf } from "./awards.ts";
import { strategyProblems } from "./currencies.ts";
import { fits, type Problem, pointsProblems } from "./problems.ts";

const strict = { additionalProperties: false } as const;
/** Null and absent: none. */
const Points = Type.Optional(Type.Union([Type.Number({ exclusiveMinimum: 0, maximum: 1e9 }), Type.Null()]));

/** How members may pass points to each other. The sender pays the fee on top. */
export const Transfer = Type.Object(
  {
    enabled: Type.Optional(Type.Boolean()),
    minimum: Points,
    maximum: Points,
    multipleOf: Points,
    perMonth: Points,
    fee: Type.Optional(
      Type.Object(
        { percent: Type.Optional(Type.Number({ minimum: 0, maximum: 1000 })), fixed: Points },
        strict,
      ),
    ),
    expiry: Type.Optional(
      Type.Union([Type.Literal("keep"), Type.Integer({ minimum: 1 })], {
        description:
          "Whether the recipient's points keep their dates, or the expiry strategy that gives new ones",
      }),
    ),
  },
  strict,
);
export type Transfer = Static<typeof Transfer>;

/** Caps on what people may give and take by hand. */
export const Grants = Type.Object(
  { goodwillMaximum: Points, goodwillPerMonth: Points, deductionMaximum: Points },
  strict,
);
export type Grants = Static<typeof Grants>;

/** What becomes of points that were spent, when the spending is undone. */
export const Returns = Type.Object(
  {
    reverseRedemption: Type.Optional(
      Type.Union([Type.Literal("reverse"), Type.Literal("reissue")], {
        description:
          "Points that paid a returned bill: reverse puts them back into the lots they came from, reissue gives new ones",
      }),
    ),
    redemptionReversal: Type.Optional(
      Type.Union([Type.Literal("keep"), Type.Literal("renew")], {
        description:
          "Points given back after their date: keep lets them expire, renew gives them a new date by the program's expiry",
      }),
    ),
  },
  strict,
);
export type Returns = Static<typeof Returns>;

/** Rounding of points that an operation reckons: fees, shares of a return, points for an amount of money. */
export const PointsRounding = Type.Object(
  { decimals: Type.Integer({ minimum: 0, maximum: 3 }), mode: Rounding },
  strict,
);
export type PointsRounding = Static<typeof PointsRounding>;

interface Defined {
  readonly transfer?: Transfer | undefined;
  readonly grants?: Grants | undefined;
  readonly returns?: Returns | undefined;
  readonly rounding?: PointsRounding | undefined;
  readonly expiryStrategies?: readonly { readonly id: number }[] | undefined;
}

/** What is wrong with the policies of movements of a definition whose shape is right. */
export const movementProblems = ({ transfer, grants = {}, expiryStrategies = [] }: Defined): Problem[] => {
  const problems = pointsProblems(grants, "grants");
  if (transfer === undefined) return problems;
  const { minimum, maximum, multipleOf, perMonth, fee = {}, expiry } = transfer;
  problems.push(
    ...pointsProblems({ minimum, maximum, multipleOf, perMonth }, "transfer"),
    ...pointsProblems({ fixed: fee.fixed }, "transfer.fee"),
  );
  if (minimum != null && maximum != null && maximum < minimum)
    problems.push({ path: "transfer.maximum", message: `must not be less than the minimum of ${minimum}.` });
  if (fee.percent !== undefined && !fits(fee.percent, RATE_SCALE))
    problems.push({ path: "transfer.fee.percent", message: "must have at most 4 decimals." });
  if (typeof expiry === "number")
    problems.push(...strategyProblems(expiry, expiryStrategies, "transfer.expiry"));
  return problems;
};

/** Null: no such limit. */
export interface TransferPolicy {
  readonly enabled: boolean;
  readonly minimum: Millipoints | null;
  readonly maximum: Millipoints | null;
  readonly multipleOf: Millipoints | null;
  /** What a member may send in a calendar month of the organisation's zone. */
  readonly perMonth: Millipoints | null;
  /** Percent × RATE_SCALE and points. */
  readonly fee: { readonly percent: number; readonly fixed: Millipoints };
  /** An expiry strategy's id, or that points keep their dates. */
  readonly expiry: "keep" | number;
}

export interface GrantPolicy {
  readonly goodwillMaximum: Millipoints | null;
  readonly goodwillPerMonth: Millipoints | null;
  readonly deductionMaximum: Millipoints | null;
}

export interface ReturnPolicy {
  readonly reverseRedemption: "reverse" | "reissue";
  readonly redemptionReversal: "keep" | "renew";
}

export interface MovementPolicies {
  readonly transfer: TransferPolicy;
  readonly grants: GrantPolicy;
  readonly returns: ReturnPolicy;
  readonly rounding: { readonly decimals: number; readonly mode: RoundingMode };
}

const millipoints = (value: number | null | undefined): Millipoints | null =>
  value == null ? null : exact(value, POINTS_SCALE);

export const compileMovements = ({
  transfer = {},
  grants = {},
  returns = {},
  rounding = { decimals: 3, mode: "half_up" },
}: Defined): MovementPolicies => ({
  transfer: {
    enabled: transfer.enabled ?? true,
    minimum: millipoints(transfer.minimum),
    maximum: millipoints(transfer.maximum),
    multipleOf: millipoints(transfer.multipleOf),
    perMonth: millipoints(transfer.perMonth),
    fee: {
      percent: exact(transfer.fee?.percent ?? 0, RATE_SCALE),
      fixed: millipoints(transfer.fee?.fixed) ?? 0,
    },
    expiry: transfer.expiry ?? "keep",
  },
  grants: {
    goodwillMaximum: millipoints(grants.goodwillMaximum),
    goodwillPerMonth: millipoints(grants.goodwillPerMonth),
    deductionMaximum: millipoints(grants.deductionMaximum),
  },
  returns: {
    reverseRedemption: returns.reverseRedemption ?? "reverse",
    redemptionReversal: returns.redemptionReversal ?? "keep",
  },
  rounding,
});

type Rounded = Pick<MovementPolicies, "rounding">;

/** `amount × numerator / denominator` in points, rounded as the program rounds what its operations reckon. */
export const shareOf = (
  { rounding: { decimals, mode } }: Rounded,
  amount: Millipoints,
  numerator: number,
  denominator: number,
): Millipoints => {
  const unit = unitOf(decimals);
  return multiplyRatio(amount, numerator, denominator * unit, mode) * unit;
};

/** What a sender pays for a transfer, on top of it. */
export const transferFee = (
  program: Pick<MovementPolicies, "transfer" | "rounding">,
  amount: Millipoints,
): Millipoints => {
  const { percent, fixed } = program.transfer.fee;
  return shareOf(program, amount, percent, RATE_SCALE * 100) + fixed;
};
