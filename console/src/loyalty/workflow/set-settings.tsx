import { Group, Select, Stack, Switch, TextInput } from "@mantine/core";
import type { RuleSet, Stage, Unroll } from "../../api/programs.ts";
import { FieldProblem } from "../fields.tsx";
import { ScopeEditor } from "./scope-editor.tsx";
import { STAGES, UNROLLS } from "./words.ts";
import styles from "./workflow.module.css";

type Part = { [Key in keyof RuleSet]?: RuleSet[Key] | undefined };

const FORWARDED = "forwarded";

/** Name of a set, and when, for what and where it runs. */
export const SetSettings = ({
  set,
  problem,
  onChange,
}: {
  set: RuleSet;
  /** About a field below the set, such as `scope.from`. */
  problem: (name: string) => string | undefined;
  onChange: (part: Part) => void;
}) => {
  const runs = set.isForwarded ? FORWARDED : (set.stage ?? "start");
  const changeRuns = (next: string | null) =>
    next === FORWARDED
      ? onChange({ isForwarded: true, stage: undefined })
      : onChange({ isForwarded: undefined, stage: next === "start" ? undefined : (next as Stage) });
  const changeUnroll = (next: string | null) => {
    const unroll = next === "bill" ? undefined : (next as Unroll);
    onChange({ unroll, useProportions: unroll === "lines" ? set.useProportions : undefined });
  };
  return (
    <Stack gap="md" className={styles.settings!}>
      <TextInput
        label="Name of the set"
        value={set.name}
        onChange={({ currentTarget }) => onChange({ name: currentTarget.value })}
        error={problem("name") ?? problem("id")}
      />
      <Group gap="sm" align="flex-start">
        <Select
          label="Runs"
          w={260}
          allowDeselect={false}
          value={runs}
          data={[
            ...Object.entries(STAGES).map(([value, label]) => ({ value, label })),
            { value: FORWARDED, label: "Only where a rule forwards to it" },
          ]}
          onChange={changeRuns}
          error={problem("stage")}
        />
        <Select
          label="For"
          w={260}
          allowDeselect={false}
          value={set.unroll ?? "bill"}
          data={[
            { value: "bill", label: "The bill as a whole" },
            ...Object.entries(UNROLLS).map(([value, label]) => ({ value, label })),
          ]}
          onChange={changeUnroll}
          error={problem("unroll")}
        />
      </Group>
      {(set.unroll === "lines" || set.useProportions) && (
        <Switch
          label="A line counts by its share of the bill’s amount"
          description="Instead of by its own amount, so that a discount on the bill is split over its lines"
          checked={set.useProportions === true}
          onChange={({ currentTarget }) =>
            onChange({ useProportions: currentTarget.checked ? true : undefined })
          }
        />
      )}
      <FieldProblem>{problem("useProportions")}</FieldProblem>
      <ScopeEditor
        scope={set.scope ?? {}}
        problem={(name) => problem(name === "" ? "scope" : `scope.${name}`)}
        onChange={(scope) => onChange({ scope })}
      />
    </Stack>
  );
};
