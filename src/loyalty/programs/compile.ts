import type { Catalogue, OperandTable } from "#expressions";
import type { Instant } from "#platform";
import type { CompiledTier, TierStrategy } from "../tiers/rules.ts";
import { type CompiledAwardStrategy, compileAwardStrategies } from "./award-strategies.ts";
import type { CompiledAward } from "./awards.ts";
import { type CompiledCurrency, compileCurrencies } from "./currencies.ts";
import type { DelayFrom } from "./delay.ts";
import { compileExpiries, type Expiry, hasRolling } from "./expiry.ts";
import type { CompiledLimit } from "./limits.ts";
import { compileMovements, type MovementPolicies } from "./movements.ts";
import { compileRedemption, type RedemptionPolicy } from "./redemption.ts";
import type { ProgramDefinition } from "./schema.ts";
import { FIRST_NUMBERING, type Numbering } from "./tier-moves.ts";
import { compileTierStrategy, compileTiers } from "./tier-strategy.ts";
import type { CompiledTracker } from "./trackers.ts";
import {
  type CompiledRule,
  type CompiledSet,
  type CompiledStages,
  compileWorkflow,
} from "./workflow-compile.ts";

/** One published version, ready to decide with. Immutable; shared by every request of the process. */
export interface CompiledProgram extends MovementPolicies, Numbering {
  readonly programId: number;
  readonly orgId: number;
  readonly name: string;
  readonly description: string;
  readonly pointsToCurrencyRatio: number;
  readonly isDefault: boolean;
  readonly version: number;
  readonly effectiveFrom: Instant;
  readonly currency: string;
  /** Small units per currency unit. */
  readonly moneyScale: number;
  /** Zone in which people of the organisation read times. */
  readonly timeZone: string;
  readonly organization: { readonly name: string };
  readonly tiers: readonly CompiledTier[];
  /** How members come into tiers, and out of them. */
  readonly tierStrategy: TierStrategy;
  /** Rules of all sets in the order of the document; traces name them by their places. */
  readonly rules: readonly CompiledRule[];
  /** Every award that a rule may give. */
  readonly awards: readonly CompiledAward[];
  /** Sets in the order of the document; traces and forwards name them by their places. */
  readonly sets: readonly CompiledSet[];
  /** Sets of purchases that run by themselves, by stage. */
  readonly stages: CompiledStages;
  /** Sets of upgrades that run by themselves. */
  readonly onUpgrade: readonly CompiledSet[];
  /** What conditions look at; traces name it by place. */
  readonly operands: OperandTable;
  readonly operandsMark: number;
  readonly limits: readonly CompiledLimit[];
  readonly trackers: readonly CompiledTracker[];
  /** The program's own, as in its definition. */
  readonly expiry: Expiry;
  /** Expiry strategies by id; the program's own is DEFAULT_EXPIRY. */
  readonly expiries: ReadonlyMap<number, Expiry>;
  /** Whether activities move the expiry of points awarded before. */
  readonly rolls: boolean;
  /** Alternate currencies by id. */
  readonly currencies: ReadonlyMap<number, CompiledCurrency>;
  readonly awardStrategies: ReadonlyMap<number, CompiledAwardStrategy>;
  readonly delayFrom: DelayFrom;
  /** By tier number − 1; read it with `redemptionPolicy`. */
  readonly redemption: readonly RedemptionPolicy[];
  readonly definition: ProgramDefinition;
}

export interface ProgramHead {
  readonly programId: number;
  readonly orgId: number;
  readonly name: string;
  readonly description: string;
  readonly pointsToCurrencyRatio: number;
  readonly isDefault: boolean;
}

export interface CompileOptions extends ProgramHead {
  readonly version: number;
  readonly effectiveFrom: Instant;
  readonly currency: string;
  readonly moneyScale: number;
  readonly timeZone: string;
  readonly organization: { readonly name: string };
  /** What conditions may name. */
  readonly catalogue: Catalogue;
  /** How tiers were numbered so far; absent: never otherwise. */
  readonly tierNumbering?: Numbering;
}

/** Compiles a definition that `validateDefinition` found no problem in. */
export const compileProgram = (
  definition: ProgramDefinition,
  { catalogue, tierNumbering = FIRST_NUMBERING, ...options }: CompileOptions,
): CompiledProgram => {
  const { moneyScale, timeZone } = options;
  const tiers = compileTiers(definition, moneyScale);
  const currencies = compileCurrencies(definition.currencies ?? [], timeZone);
  const expiries = compileExpiries(definition);
  return {
    ...options,
    ...tierNumbering,
    tiers,
    tierStrategy: compileTierStrategy(definition, moneyScale),
    ...compileWorkflow(definition.activities, definition.limits, {
      trackers: definition.trackers,
      tiers,
      moneyScale,
      currencies,
      catalogue,
      timeZone,
    }),
    expiry: definition.expiry,
    expiries,
    rolls: hasRolling(expiries),
    currencies,
    awardStrategies: compileAwardStrategies(definition, moneyScale),
    delayFrom: definition.delayFrom ?? "bill_date",
    redemption: compileRedemption(definition, moneyScale),
    ...compileMovements(definition),
    definition,
  };
};
