import { ActionIcon, Button, Group, Radio, Select, Stack, Text } from "@mantine/core";
import { IconPlus, IconTrash } from "@tabler/icons-react";
import type { CriterionKind, ProgramDefinition, Upgrade } from "../api/programs.ts";
import { Panel } from "../ui/panel.tsx";
import { CombinationEditor } from "./combination-editor.tsx";
import { problemAt, withPart } from "./draft.ts";
import { CRITERIA, criteriaOf, LETTERS, upgradeText } from "./tier-words.ts";
import type { EditorParts } from "./tiers-editor.tsx";

/** Trackers come into programs later; a draft that names one keeps it. */
const CHOICES: CriterionKind[] = (Object.keys(CRITERIA) as CriterionKind[]).filter(
  (kind) => kind !== "tracker",
);

/** What tiers are reached by: up to three criteria, how they combine, and how the bill earns that crosses a threshold. */
export const TierCriteriaEditor = ({ definition, problems, change }: EditorParts) => {
  const { upgrade } = definition;
  const kinds = criteriaOf(upgrade);
  const setUpgrade = (part: { [Key in keyof Upgrade]?: Upgrade[Key] | undefined }) =>
    change({ ...definition, upgrade: withPart(upgrade, part) });
  return (
    <Panel
      title="How tiers are reached"
      description="A tier is reached exactly at its thresholds; an upgrade may skip tiers"
    >
      <Stack gap="md">
        {kinds.map((kind, index) => (
          <Group key={LETTERS[index]} align="flex-end" gap="sm">
            <Select
              label={kinds.length === 1 ? "By" : `${LETTERS[index]}`}
              w={260}
              allowDeselect={false}
              value={kind}
              data={CHOICES.concat(kind === "tracker" ? ["tracker"] : []).map((value) => ({
                value,
                label: CRITERIA[value],
                disabled: value !== kind && kinds.includes(value),
              }))}
              onChange={(next) => change(withCriterion(definition, index, next as CriterionKind))}
              error={
                index === 0
                  ? (problemAt(problems, "upgrade.criterion") ?? problemAt(problems, "upgrade.trackerId"))
                  : (problemAt(problems, `upgrade.secondary[${index - 1}]`) ??
                    problemAt(problems, `upgrade.secondary[${index - 1}].trackerId`))
              }
            />
            {index > 0 && (
              <ActionIcon
                size={34}
                aria-label={`Remove criterion ${LETTERS[index]}`}
                onClick={() => change(withoutCriterion(definition, index))}
              >
                <IconTrash size={17} stroke={1.6} />
              </ActionIcon>
            )}
          </Group>
        ))}
        {kinds.length < LETTERS.length && (
          <Button
            variant="default"
            size="xs"
            leftSection={<IconPlus size={14} aria-hidden />}
            onClick={() => change(withOneMore(definition))}
            style={{ alignSelf: "flex-start" }}
          >
            Add a criterion
          </Button>
        )}
        <CombinationEditor
          combine={upgrade.combine}
          count={kinds.length}
          path="upgrade.combine"
          problems={problems}
          onChange={(combine) => setUpgrade({ combine })}
        />
        <Radio.Group
          label="The bill that crosses a threshold"
          value={upgrade.type}
          onChange={(type) => setUpgrade({ type: type as Upgrade["type"] })}
        >
          <Stack gap={6} mt={6}>
            <Radio value="lazy" label="earns by the old tier’s rate" />
            <Radio value="eager" label="earns by the new tier’s rate" />
            <Radio
              value="dynamic"
              label="earns by the old rate up to the threshold, the rest by the new one"
            />
          </Stack>
        </Radio.Group>
        <Text size="sm" c="dimmed">
          {upgradeText(upgrade.type)}
        </Text>
      </Stack>
    </Panel>
  );
};

const withCriterion = (
  definition: ProgramDefinition,
  index: number,
  kind: CriterionKind,
): ProgramDefinition => {
  const { trackerId: _, caseId: __, ...upgrade } = definition.upgrade;
  if (index === 0) return { ...definition, upgrade: { ...upgrade, criterion: kind } };
  const secondary = (upgrade.secondary ?? []).map((item, at) => (at === index - 1 ? { kind } : item));
  return { ...definition, upgrade: { ...definition.upgrade, secondary } };
};

const withOneMore = (definition: ProgramDefinition): ProgramDefinition => {
  const { upgrade, tiers } = definition;
  const kinds = criteriaOf(upgrade);
  const kind = CHOICES.find((item) => !kinds.includes(item)) ?? "visits";
  return {
    ...definition,
    upgrade: {
      ...upgrade,
      secondary: [...(upgrade.secondary ?? []), { kind }],
      combine: upgrade.combine ?? { kind: "any", count: 1 },
    },
    tiers: tiers.map((tier) => ({
      ...tier,
      secondaryThresholds: [...(tier.secondaryThresholds ?? []), tier.number === 1 ? 0 : tier.number - 1],
    })),
  };
};

const withoutCriterion = (definition: ProgramDefinition, index: number): ProgramDefinition => {
  const { upgrade, tiers } = definition;
  const keep = <Item,>(items: readonly Item[] | undefined): Item[] =>
    (items ?? []).filter((_, at) => at !== index - 1);
  const secondary = keep(upgrade.secondary);
  const { secondary: _, combine, ...rest } = upgrade;
  return {
    ...definition,
    upgrade: secondary.length === 0 ? rest : { ...rest, secondary, combine: { kind: "any", count: 1 } },
    tiers: tiers.map(({ secondaryThresholds, ...tier }) => {
      const thresholds = keep(secondaryThresholds);
      return thresholds.length === 0 ? tier : { ...tier, secondaryThresholds: thresholds };
    }),
  };
};
