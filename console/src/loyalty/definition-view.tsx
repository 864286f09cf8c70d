import { Group, Stack, Table, Text } from "@mantine/core";
import type { ProgramDefinition, Rule } from "../api/programs.ts";
import { useFormat } from "../ui/format-context.tsx";
import { Panel } from "../ui/panel.tsx";
import classes from "./loyalty.module.css";
import { PoliciesView } from "./policies-view.tsx";
import { rateOf, rateText, roundingText, strategyName, termTexts } from "./program-words.ts";
import { TierDot } from "./tier-dot.tsx";
import {
  amountText,
  criteriaOf,
  downgradeText,
  reachedText,
  renewalText,
  upgradeText,
  validityText,
} from "./tier-words.ts";

/** Tiers and rules of a definition, to be read. */
export const DefinitionView = ({ definition }: { definition: ProgramDefinition }) => (
  <Stack gap="md">
    <Tiers definition={definition} />
    {definition.activities.TransactionAdd.map((set) => (
      <Panel key={set.id} title={set.name} description="Tried for every purchase, each rule on its own">
        <Stack gap="lg">
          {set.rules.length === 0 && (
            <Text size="sm" c="dimmed">
              No rules: purchases earn nothing here.
            </Text>
          )}
          {set.rules.map((rule) => (
            <RuleView key={rule.id} rule={rule} definition={definition} />
          ))}
        </Stack>
      </Panel>
    ))}
    <PoliciesView definition={definition} />
  </Stack>
);

const Tiers = ({ definition }: { definition: ProgramDefinition }) => {
  const format = useFormat();
  const { tiers, upgrade, downgrade } = definition;
  const kinds = criteriaOf(upgrade);
  const ends = downgrade === undefined ? "" : ` ${downgradeText(downgrade)}`;
  return (
    <Panel title="Tiers" description={upgradeText(upgrade.type) + ends} flush>
      <Table horizontalSpacing="lg">
        <Table.Thead>
          <Table.Tr>
            <Table.Th fz="xs">Tier</Table.Th>
            <Table.Th fz="xs">Lasts</Table.Th>
            <Table.Th fz="xs" ta="right">
              From {reachedText(definition)} of
            </Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {tiers.map((tier) => {
            const { number, name, description, color, threshold, secondaryThresholds = [], validity } = tier;
            return (
              <Table.Tr key={number}>
                <Table.Td>
                  <Group gap={10} wrap="nowrap">
                    <TierDot color={color} />
                    <div>
                      <Text fw={500}>{name}</Text>
                      {description && (
                        <Text size="sm" c="dimmed">
                          {description}
                        </Text>
                      )}
                    </div>
                  </Group>
                </Table.Td>
                <Table.Td>
                  <Text size="sm">{validityText(validity)}</Text>
                  {validity !== undefined && (
                    <Text size="sm" c="dimmed">
                      {renewalText(tier, format)}
                    </Text>
                  )}
                </Table.Td>
                <Table.Td ta="right">
                  {number === 1
                    ? "the start"
                    : kinds
                        .map((kind, place) =>
                          amountText(
                            kind,
                            place === 0 ? threshold : (secondaryThresholds[place - 1] ?? 0),
                            format,
                          ),
                        )
                        .join(" · ")}
                </Table.Td>
              </Table.Tr>
            );
          })}
        </Table.Tbody>
      </Table>
    </Panel>
  );
};

const RuleView = ({ rule, definition }: { rule: Rule; definition: ProgramDefinition }) => {
  const format = useFormat();
  const { name, condition, award } = rule;
  const { tiers, currencies = [] } = definition;
  const unit = currencies.find(({ id }) => id === award.currencyId)?.name;
  return (
    <div>
      <Text fw={600}>{name}</Text>
      <Text size="sm" c="dimmed" mb={6}>
        {[strategyName(award.strategy), roundingText(award), ...termTexts(rule, definition)].join(". ")}.
      </Text>
      <code className={classes.expression}>{condition}</code>
      <Group gap="xs" mt="sm">
        {tiers.map((tier) => (
          <Group key={tier.number} gap={8} className={classes.rate!} wrap="nowrap">
            <TierDot color={tier.color} />
            <Text size="sm">{tier.name}</Text>
            <Text size="sm" fw={600}>
              {rateText(award, rateOf(award, tier.number), format, unit)}
            </Text>
          </Group>
        ))}
      </Group>
    </div>
  );
};
