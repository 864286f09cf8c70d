import {
  ActionIcon,
  Button,
  Group,
  NumberInput,
  Select,
  Stack,
  Switch,
  Text,
  TextInput,
} from "@mantine/core";
import { IconPlus, IconTrash } from "@tabler/icons-react";
import type { Award, ProgramTier, Rounding, Rule } from "../api/programs.ts";
import { useOrganisation } from "../shell/organisation.ts";
import { Panel } from "../ui/panel.tsx";
import { ConditionInput } from "./condition-input.tsx";
import { TierDot } from "./definition-view.tsx";
import {
  addRule,
  changeRule,
  problemAt,
  removeRule,
  rulePath,
  withSharedRate,
  withStrategy,
} from "./draft.ts";
import classes from "./loyalty.module.css";
import { ROUNDINGS, strategyName } from "./program-words.ts";
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
                tiers={definition.tiers}
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
    </>
  );
};

const RuleEditor = ({
  rule,
  tiers,
  problem,
  onChange,
  onRemove,
}: {
  rule: Rule;
  tiers: ProgramTier[];
  problem: (name: string) => string | undefined;
  onChange: (part: Partial<Rule>) => void;
  onRemove: () => void;
}) => (
  <div className={classes.rule}>
    <Stack gap="md">
      <Group align="flex-end" wrap="nowrap">
        <TextInput
          label="Rule"
          value={rule.name}
          onChange={({ currentTarget }) => onChange({ name: currentTarget.value })}
          error={problem("name")}
          style={{ flex: 1 }}
        />
        <ActionIcon size={34} aria-label={`Remove rule ${rule.name}`} onClick={onRemove}>
          <IconTrash size={17} stroke={1.6} />
        </ActionIcon>
      </Group>
      <ConditionInput
        value={rule.condition}
        problem={problem("condition")}
        onChange={(condition) => onChange({ condition })}
      />
      <AwardEditor
        award={rule.award}
        tiers={tiers}
        problem={problem}
        onChange={(award) => onChange({ award })}
      />
    </Stack>
  </div>
);

const STRATEGIES: Award["strategy"][] = ["prorated_percent", "fixed", "step"];
const UNITS: Record<Award["strategy"], string> = {
  prorated_percent: " %",
  fixed: " points",
  step: " points",
};

const AwardEditor = ({
  award,
  tiers,
  problem,
  onChange,
}: {
  award: Award;
  tiers: ProgramTier[];
  problem: (name: string) => string | undefined;
  onChange: (award: Award) => void;
}) => {
  const { organisation } = useOrganisation();
  return (
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
        {award.strategy === "step" && (
          <NumberInput
            label={`For every, in ${organisation.currency}`}
            w={160}
            min={0}
            value={award.every ?? 0}
            onChange={(value) => onChange({ ...award, every: Number(value) })}
            error={problem("award.every")}
          />
        )}
        <Select
          label="Rounded"
          w={240}
          allowDeselect={false}
          value={award.rounding}
          data={Object.entries(ROUNDINGS).map(([value, label]) => ({ value, label }))}
          onChange={(rounding) => onChange({ ...award, rounding: rounding as Rounding })}
        />
        <NumberInput
          label="Decimals"
          w={100}
          min={0}
          max={3}
          allowDecimal={false}
          value={award.decimals}
          onChange={(value) => onChange({ ...award, decimals: Number(value) })}
          error={problem("award.decimals")}
        />
      </Group>
      <Rates award={award} tiers={tiers} onChange={onChange} />
      {(problem("award.perTier") ?? problem("award.allTiers")) && (
        <Text size="sm" c="var(--fealty-loss)">
          {problem("award.perTier") ?? problem("award.allTiers")}
        </Text>
      )}
    </>
  );
};

const Rates = ({
  award,
  tiers,
  onChange,
}: {
  award: Award;
  tiers: ProgramTier[];
  onChange: (award: Award) => void;
}) => {
  const shared = award.allTiers !== undefined;
  const rate = { min: 0, suffix: UNITS[award.strategy], w: 150 };
  return (
    <Stack gap="xs">
      <Switch
        label="The same for every tier"
        checked={shared}
        onChange={({ currentTarget }) => onChange(withSharedRate(award, currentTarget.checked, tiers))}
      />
      <Group gap="sm">
        {shared ? (
          <NumberInput
            {...rate}
            label="All tiers"
            value={award.allTiers ?? 0}
            onChange={(value) => onChange({ ...award, allTiers: Number(value) })}
          />
        ) : (
          tiers.map(({ number, name, color }) => (
            <NumberInput
              key={number}
              {...rate}
              label={
                <Group gap={6} display="inline-flex">
                  <TierDot color={color} /> {name}
                </Group>
              }
              value={award.perTier?.[String(number)] ?? 0}
              onChange={(value) =>
                onChange({ ...award, perTier: { ...award.perTier, [number]: Number(value) } })
              }
            />
          ))
        )}
      </Group>
    </Stack>
  );
};
