export { decideTransaction } from "./decide/decide.ts";
export type {
  Award,
  Decision,
  LineFacts,
  MemberState,
  Membership,
  Outcome,
  PointsEffect,
  RuleTrace,
  TierChange,
  Trace,
  TransactionFacts,
} from "./decide/schema.ts";
export { type CompiledProgram, compileProgram } from "./programs/compile.ts";
export type { Problem, ProgramDefinition } from "./programs/schema.ts";
