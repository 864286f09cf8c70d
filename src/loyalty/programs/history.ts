import type { Instant } from "#platform";
import type { CompiledProgram } from "./compile.ts";

/** A program with all its published versions. */
export interface ProgramHistory {
  readonly programId: number;
  readonly name: string;
  readonly isDefault: boolean;
  /** The version in force at an instant; before the first begins, the first. */
  inForce(at: Instant): CompiledProgram;
  /** The version published last, whether it is in force yet or not. */
  readonly newest: CompiledProgram;
  version(version: number): CompiledProgram | null;
  readonly versions: readonly CompiledProgram[];
}

/** The published programs of an organisation. */
export interface OrgPrograms {
  /** Null until the default program is published. */
  readonly default: ProgramHistory | null;
  readonly all: readonly ProgramHistory[];
  byId(id: number): ProgramHistory | null;
}

/** A program's history from its compiled versions, oldest first; there is at least one. */
export const historyOf = (versions: readonly CompiledProgram[]): ProgramHistory => {
  const first = versions[0]!;
  const newest = versions[versions.length - 1]!;
  const inForce = (at: Instant): CompiledProgram => {
    for (let index = versions.length - 1; index > 0; index--) {
      const version = versions[index]!;
      if (version.effectiveFrom <= at) return version;
    }
    return first;
  };
  return Object.freeze({
    programId: first.programId,
    name: first.name,
    isDefault: first.isDefault,
    inForce,
    newest,
    version: (version: number) => versions.find((item) => item.version === version) ?? null,
    versions,
  });
};

export const orgPrograms = (all: readonly ProgramHistory[]): OrgPrograms => {
  const byId = new Map(all.map((history) => [history.programId, history]));
  return Object.freeze({
    default: all.find((history) => history.isDefault) ?? null,
    all,
    byId: (id: number) => byId.get(id) ?? null,
  });
};
