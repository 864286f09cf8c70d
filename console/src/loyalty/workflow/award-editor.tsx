import { Group, Select, Stack } from "@mantine/core";
import type { Award, AwardAction, ProgramDefinition } from "../../api/programs.ts";
import { AwardTerms } from "../award-terms.tsx";
import { withStrategy } from "../draft.ts";
import { FieldProblem } from "../fields.tsx";
import { strategyName } from "../program-words.ts";
import { RatesEditor, RoundingFields } from "../rates-editor.tsx";

const STRATEGIES: Award["strategy"][] = ["prorated_percent", "fixed", "step"];

/** What an award gives, by which rates, and under which terms. */
export const AwardEditor = ({
  action,
  definition,
  problem,
  onChange,
}: {
  action: AwardAction;
  definition: ProgramDefinition;
  /** About a field of the action, such as `award.every`. */
  problem: (name: string) => string | undefined;
  onChange: (action: AwardAction) => void;
}) => {
  const { award } = action;
  const change = (next: Award) => onChange({ ...action, award: next });
  const problemOf = (name: string) => problem(`award.${name}`);
  return (
    <Stack gap="md">
      <Group align="flex-start" gap="sm">
        <Select
          label="Gives"
          w={240}
          allowDeselect={false}
          value={award.strategy}
          data={STRATEGIES.map((value) => ({ value, label: strategyName(value) }))}
          onChange={(strategy) => change(withStrategy(award, strategy as Award["strategy"]))}
          error={problemOf("strategy")}
        />
        <RoundingFields
          rates={award}
          isStep={award.strategy === "step"}
          problem={problemOf}
          onChange={(part) => change({ ...award, ...part })}
        />
      </Group>
      <RatesEditor
        rates={award}
        type={award.strategy}
        unit={definition.currencies?.find(({ id }) => id === award.currencyId)?.name}
        tiers={definition.tiers}
        problem={problemOf}
        onChange={change}
      />
      <AwardTerms action={action} definition={definition} problem={problem} onChange={onChange} />
      <FieldProblem>{problem("award")}</FieldProblem>
    </Stack>
  );
};
