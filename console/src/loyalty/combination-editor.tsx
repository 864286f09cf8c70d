import { Group, Select, TextInput } from "@mantine/core";
import type { Combination, Problem } from "../api/programs.ts";
import { problemAt } from "./draft.ts";
import { WholeNumber } from "./fields.tsx";
import { LETTERS } from "./tier-words.ts";

/** How several conditions make one; of a single one there is nothing to say. */
export const CombinationEditor = ({
  combine = { kind: "any", count: 1 },
  count,
  path,
  problems,
  onChange,
}: {
  combine: Combination | undefined;
  count: number;
  path: string;
  problems: readonly Problem[];
  onChange: (combine: Combination) => void;
}) => {
  if (count < 2) return null;
  const { kind } = combine;
  const letters = LETTERS.slice(0, count);
  return (
    <Group align="flex-start" gap="sm">
      <Select
        label="Needed"
        w={200}
        allowDeselect={false}
        value={kind}
        data={[
          { value: "any", label: "Any of them" },
          { value: "all", label: "All of them" },
          { value: "custom", label: "As an expression says" },
        ]}
        onChange={(next) => onChange(firstOf(next as Combination["kind"], letters))}
        error={problemAt(problems, `${path}.kind`)}
      />
      {kind === "any" && (
        <WholeNumber
          label="How many"
          w={110}
          min={1}
          max={count - 1}
          value={combine.count ?? 1}
          onChange={(next) => onChange({ kind, count: next })}
          error={problemAt(problems, `${path}.count`)}
        />
      )}
      {kind === "custom" && (
        <TextInput
          label="Expression"
          description={`${letters.join(", ")} in the order above; AND, OR and parentheses, read from left to right`}
          w={360}
          value={combine.expression ?? ""}
          onChange={({ currentTarget }) => onChange({ kind, expression: currentTarget.value })}
          error={problemAt(problems, `${path}.expression`)}
        />
      )}
    </Group>
  );
};

const firstOf = (kind: Combination["kind"], letters: readonly string[]): Combination => {
  switch (kind) {
    case "any":
      return { kind, count: 1 };
    case "all":
      return { kind };
    case "custom":
      return { kind, expression: letters.join(" AND ") };
  }
};
