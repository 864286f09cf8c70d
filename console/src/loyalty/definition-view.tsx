import { Group, Stack, Table, Text } from "@mantine/core";
import type { ProgramDefinition } from "../api/programs.ts";
import { useFormat } from "../ui/format-context.tsx";
import { Panel } from "../ui/panel.tsx";
import { PoliciesView } from "./policies-view.tsx";
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
import { LimitsView, WorkflowView } from "./workflow/workflow-view.tsx";

/** Tiers and rules of a definition, to be read. */
export const DefinitionView = ({ definition }: { definition: ProgramDefinition }) => (
  <Stack gap="md">
    <Tiers definition={definition} />
    <WorkflowView definition={definition} />
    <LimitsView definition={definition} />
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
