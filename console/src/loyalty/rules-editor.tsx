import { Button, Group, Radio, Select, Stack, TextInput } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import type { Award, ProgramDefinition, ProgramTier, Rule } from "../api/programs.ts";
import { Panel } from "../ui/panel.tsx";
import { AwardTerms } from "./award-terms.tsx";
import { ConditionInput } from "./condition-input.tsx";
import { addRule, changeRule, problemAt, removeRule, rulePath, withStrategy } from "./draft.ts";
import { Item } from "./fields.tsx";
import { strategyName } from "./program-words.ts";
import { RatesEditor, RoundingFields } from "./rates-editor.tsx";
import type { EditorParts } from "./tiers-editor.tsx";

/** The rules that purchases are tried against. */
export const RulesEditor = ({ definition, problems, change }: EditorParts) => {
  const sets = definition.activities.TransactionAdd;
  const shown = sets.length === 0 ? [{ id: "earn", name: "Earning", rules: [] as Rule[] }] : sets;
  return (
    <>
      {shown.map((set, setIndex) => (
        <Panel
          key={set.id}
          title={set.name}
          description="Every rule is tried for every purchase; the points of those that apply add up"
        >
          <Stack gap="md">
            {set.rules.map((rule, index) => (
              <RuleEditor
                key={rule.id}
                rule={rule}
                definition={definition}
                problem={(name) => problemAt(problems, `${rulePath(setIndex, index)}.${name}`)}
                onChange={(part) => change(changeRule(definition, setIndex, index, part))}
                onRemove={() => change(removeRule(definition, setIndex, index))}
              />
            ))}
            <Button
              variant="default"
              size="xs"
              leftSection={<IconPlus size={14} aria-hidden />}
              onClick={() => change(addRule(definition, setIndex))}
              style={{ alignSelf: "flex-start" }}
            >
              Add a rule
            </Button>
          </Stack>
        </Panel>
      ))}
      <PromisedPanel definition={definition} problems={problems} change={change} />
    </>
  );
};

/** Only where something is promised: the setting means nothing otherwise. */
const PromisedPanel = ({ definition, change }: EditorParts) => {
  const rules = definition.activities.TransactionAdd.flatMap((set) => set.rules);
  if (!rules.some(({ award }) => award.category === "promised")) return null;
  return (
    <Panel
      title="Promised points"
      description="They become regular on the morning after the last day of waiting"
    >
      <Radio.Group
        label="The days are counted from"
        value={definition.delayFrom ?? "bill_date"}
        onChange={(from) =>
          change({ ...definition, delayFrom: from as NonNullable<ProgramDefinition["delayFrom"]> })
        }
      >
        <Stack gap={6} mt={6}>
          <Radio value="bill_date" label="the bill’s own date" />
          <Radio value="processing_date" label="the day on which the bill comes in" />
        </Stack>
      </Radio.Group>
    </Panel>
  );
};

const RuleEditor = ({
  rule,
  definition,
  problem,
  onChange,
  onRemove,
}: {
  rule: Rule;
  definition: ProgramDefinition;
  problem: (name: string) => string | undefined;
  onChange: (part: { [Key in keyof Rule]?: Rule[Key] | undefined }) => void;
  onRemove: () => void;
}) => (
  <Item
    name={`rule ${rule.name}`}
    onRemove={onRemove}
    head={
      <TextInput
        label="Rule"
        value={rule.name}
        onChange={({ currentTarget }) => onChange({ name: currentTarget.value })}
        error={problem("name")}
      />
    }
  >
    <Stack gap="md" mt="md">
      <ConditionInput
        value={rule.condition}
        problem={problem("condition")}
        onChange={(condition) => onChange({ condition })}
      />
      <AwardEditor
        award={rule.award}
        tiers={definition.tiers}
        unit={definition.currencies?.find(({ id }) => id === rule.award.currencyId)?.name}
        problem={problem}
        onChange={(award) => onChange({ award })}
      />
      <AwardTerms rule={rule} definition={definition} problem={problem} onChange={onChange} />
    </Stack>
  </Item>
);

const STRATEGIES: Award["strategy"][] = ["prorated_percent", "fixed", "step"];

const AwardEditor = ({
  award,
  tiers,
  unit,
  problem,
  onChange,
}: {
  award: Award;
  tiers: ProgramTier[];
  unit: string | undefined;
  problem: (name: string) => string | undefined;
  onChange: (award: Award) => void;
}) => (
  <>
    <Group align="flex-start" gap="sm">
      <Select
        label="Gives"
        w={240}
        allowDeselect={false}
        value={award.strategy}
        data={STRATEGIES.map((value) => ({ value, label: strategyName(value) }))}
        onChange={(strategy) => onChange(withStrategy(award, strategy as Award["strategy"]))}
      />
      <RoundingFields
        rates={award}
        isStep={award.strategy === "step"}
        problem={(name) => problem(`award.${name}`)}
        onChange={(part) => onChange({ ...award, ...part })}
      />
    </Group>
    <RatesEditor
      rates={award}
      type={award.strategy}
      unit={unit}
      tiers={tiers}
      problem={(name) => problem(`award.${name}`)}
      onChange={onChange}
    />
  </>
);
