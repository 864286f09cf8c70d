import {
  Group,
  NumberInput,
  Radio,
  Select,
  SimpleGrid,
  Stack,
  Switch,
  Table,
  TagsInput,
  Text,
} from "@mantine/core";
import type { Demands, Problem, Redemption, Returns, Rounding } from "../api/programs.ts";
import { useOrganisation } from "../shell/organisation.ts";
import { useFormat } from "../ui/format-context.tsx";
import { Panel } from "../ui/panel.tsx";
import { problemAt, withPart } from "./draft.ts";
import { DEMANDS } from "./draft-problems.ts";
import { OptionalNumber, WholeNumber } from "./fields.tsx";
import classes from "./loyalty.module.css";
import { DEMAND_LABELS, type Demand, demandOf, withDemand } from "./policy-words.ts";
import { ROUNDINGS } from "./program-words.ts";
import { TierDot } from "./tier-dot.tsx";
import type { EditorParts } from "./tiers-editor.tsx";

type Part<Item> = { [Key in keyof Item]?: Item[Key] | undefined };

/** How points are spent, and what becomes of spent ones that come back. */
export const RedemptionEditor = ({ warnings, ...parts }: EditorParts & { warnings: Problem[] }) => {
  const { definition, problems, change } = parts;
  const redemption = definition.redemption ?? {};
  const put = (part: Part<Redemption>) => change({ ...definition, redemption: withPart(redemption, part) });
  const error = (name: string) => problemAt(problems, `redemption.${name}`);
  const { billFraction } = redemption;
  const warned = problemAt(warnings, "redemption.needsValidationCode");
  const codeWarning =
    warned === undefined || !redemption.needsValidationCode ? undefined : (
      <Text component="span" size="sm" c="gold.9">
        This {warned}
      </Text>
    );
  return (
    <>
      <Panel title="Redemption" description="What is left empty is not demanded">
        <Stack gap="md">
          <Switch
            label="Members may spend points"
            checked={redemption.enabled ?? true}
            onChange={({ currentTarget }) => put({ enabled: currentTarget.checked ? undefined : false })}
          />
          <div>
            <DemandTable {...parts} />
            <Text size="sm" c="dimmed" mt={4}>
              An empty field of a tier means the same as for everyone; 0 means that the tier is free of it.
            </Text>
          </div>
          <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="sm">
            <NumberInput
              label="Part of a bill that points may pay"
              description="Empty: the whole bill. Judged for recorded bills, and for others when the call sends the amount"
              min={0}
              max={100}
              suffix=" %"
              placeholder="100 %"
              value={billFraction == null ? "" : Math.round(billFraction * 1e6) / 1e4}
              onChange={(value) =>
                put({ billFraction: value === "" ? undefined : Math.round(Number(value) * 100) / 1e4 })
              }
              error={error("billFraction")}
            />
            <TagsInput
              label="Statuses that may not spend"
              description="Such as FRAUD; Enter adds one"
              value={redemption.blockedStatuses ?? []}
              onChange={(statuses) =>
                put({
                  blockedStatuses:
                    statuses.length === 0 ? undefined : statuses.map((status) => status.toUpperCase()),
                })
              }
              error={error("blockedStatuses")}
            />
          </SimpleGrid>
          <Switch
            label="A code sent to the member confirms each redemption"
            description={codeWarning}
            checked={redemption.needsValidationCode ?? false}
            onChange={({ currentTarget }) =>
              put({ needsValidationCode: currentTarget.checked ? true : undefined })
            }
          />
        </Stack>
      </Panel>
      <ReturnsPanel {...parts} />
      <RoundingPanel {...parts} />
    </>
  );
};

/** One row for each demand: the program's value and what is different in a tier. */
const DemandTable = ({ definition, problems, change }: EditorParts) => {
  const { organisation } = useOrganisation();
  const format = useFormat();
  const { tiers } = definition;
  const redemption = definition.redemption ?? {};
  const { perTier = {} } = redemption;
  const putTier = (number: number, name: Demand, value: number | undefined) => {
    // 0 is no demand at all, unlike an empty field, which says nothing of its own.
    const own = withDemand(perTier[String(number)] ?? {}, name, value === 0 ? null : value);
    const { [String(number)]: _, ...others } = perTier;
    const table: Record<string, Demands> =
      Object.keys(own).length === 0 ? others : { ...others, [number]: own };
    const next = Object.keys(table).length === 0 ? undefined : table;
    change({ ...definition, redemption: withPart<Redemption>(redemption, { perTier: next }) });
  };
  return (
    // What scrolls must be reachable by keyboard; its inputs are.
    <Table.ScrollContainer minWidth={220 + 130 * (tiers.length + 1)} className={classes.demands!}>
      <Table verticalSpacing={6} horizontalSpacing={6}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th fz="xs">Points a redemption needs</Table.Th>
            <Table.Th fz="xs">Everyone</Table.Th>
            {tiers.map(({ number, name, color }) => (
              <Table.Th key={number} fz="xs">
                <Group gap={6} wrap="nowrap">
                  <TierDot color={color} /> {name}
                </Group>
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {DEMANDS.map((name) => {
            const label =
              name === "lifetimePurchasesRequired"
                ? `${DEMAND_LABELS[name]}, in ${organisation.currency}`
                : DEMAND_LABELS[name];
            const everyone = demandOf(redemption, name);
            return (
              <Table.Tr key={name}>
                <Table.Td>
                  <Text size="sm">{label}</Text>
                </Table.Td>
                <Table.Td>
                  <OptionalNumber
                    aria-label={`${label}, everyone`}
                    size="xs"
                    placeholder="–"
                    value={everyone}
                    onChange={(value) =>
                      change({ ...definition, redemption: withDemand(redemption, name, value) })
                    }
                    error={problemAt(problems, `redemption.${name}`)}
                  />
                </Table.Td>
                {tiers.map((tier) => (
                  <Table.Td key={tier.number}>
                    <OptionalNumber
                      aria-label={`${label}, ${tier.name}`}
                      size="xs"
                      placeholder={everyone == null ? "–" : format.number(everyone)}
                      value={ownDemand(perTier[String(tier.number)] ?? {}, name)}
                      onChange={(value) => putTier(tier.number, name, value)}
                      error={problemAt(problems, `redemption.perTier.${tier.number}.${name}`)}
                    />
                  </Table.Td>
                ))}
              </Table.Tr>
            );
          })}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
};

/** As it is shown in a tier's field. */
const ownDemand = (demands: Demands, name: Demand): number | undefined => {
  const value = demandOf(demands, name);
  return value === null ? 0 : value;
};

const ReturnsPanel = ({ definition, change }: EditorParts) => {
  const returns = definition.returns ?? {};
  const put = (part: Part<Returns>) => change({ ...definition, returns: withPart(returns, part) });
  return (
    <Panel
      title="Points that come back"
      description="When a redemption is undone, or a bill paid with points is returned"
    >
      <Stack gap="md">
        <Radio.Group
          label="A bill paid with points is returned"
          value={returns.reverseRedemption ?? "reverse"}
          onChange={(value) => put({ reverseRedemption: value as NonNullable<Returns["reverseRedemption"]> })}
        >
          <Stack gap={6} mt={6}>
            <Radio value="reverse" label="the same points come back, with their dates" />
            <Radio value="reissue" label="new points are given, with a new date" />
          </Stack>
        </Radio.Group>
        <Radio.Group
          label="Points that come back after their date"
          value={returns.redemptionReversal ?? "keep"}
          onChange={(value) =>
            put({ redemptionReversal: value as NonNullable<Returns["redemptionReversal"]> })
          }
        >
          <Stack gap={6} mt={6}>
            <Radio value="keep" label="have expired" />
            <Radio value="renew" label="get a new date by the program’s expiry" />
          </Stack>
        </Radio.Group>
      </Stack>
    </Panel>
  );
};

const RoundingPanel = ({ definition, problems, change }: EditorParts) => {
  const rounding = definition.rounding ?? { decimals: 3, mode: "half_up" as const };
  return (
    <Panel title="Rounding" description="Of fees, shares of a return, and points for an amount of money">
      <Group align="flex-start" gap="sm">
        <Select
          label="Rounded"
          w={240}
          allowDeselect={false}
          value={rounding.mode}
          data={Object.entries(ROUNDINGS).map(([value, label]) => ({ value, label }))}
          onChange={(mode) => change({ ...definition, rounding: { ...rounding, mode: mode as Rounding } })}
        />
        <WholeNumber
          label="Decimals"
          w={100}
          max={3}
          value={rounding.decimals}
          onChange={(decimals) => change({ ...definition, rounding: { ...rounding, decimals } })}
          error={problemAt(problems, "rounding.decimals")}
        />
      </Group>
    </Panel>
  );
};
