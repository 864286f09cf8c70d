import { Group, Table, Text } from "@mantine/core";
import { IconCoins, IconListCheck } from "@tabler/icons-react";
import type { WhatIfLane, WhatIfResult } from "../api/types.ts";
import { plainWords } from "../customers/names.ts";
import { TierDot } from "../loyalty/tier-dot.tsx";
import { Money, Nothing, Points } from "../ui/amounts.tsx";
import { type Column, DataTable } from "../ui/data-table.tsx";
import { useFormat } from "../ui/format-context.tsx";
import { Panel } from "../ui/panel.tsx";
import { EmptyState } from "../ui/states.tsx";
import { rulesBeside } from "./run-words.ts";

type Given = WhatIfLane["given"][number];
interface GivenRow {
  key: string;
  currency: string;
  category: string;
  tried: Given | undefined;
  compared: Given | undefined;
  recorded: Given | undefined;
}

const givenRows = ({ tried, compared, recorded }: WhatIfResult): GivenRow[] => {
  const keyOf = ({ currencyId, category }: Given) => `${currencyId} ${category}`;
  const all = new Map([...recorded.given, ...compared.given, ...tried.given].map((row) => [keyOf(row), row]));
  return [...all].map(([key, { currency, category }]) => {
    const find = (rows: Given[]) => rows.find((row) => keyOf(row) === key);
    return {
      key,
      currency,
      category,
      tried: find(tried.given),
      compared: find(compared.given),
      recorded: find(recorded.given),
    };
  });
};

const Net = ({ given }: { given: Given | undefined }) => <Points value={given?.net ?? 0} />;

const GIVEN: Column<GivenRow>[] = [
  { header: "Currency", leads: true, cell: ({ currency }) => plainWords(currency) },
  { header: "Category", cell: ({ category }) => plainWords(category) },
  { header: "Recorded", align: "right", wideOnly: true, cell: ({ recorded }) => <Net given={recorded} /> },
  { header: "Compared", align: "right", cell: ({ compared }) => <Net given={compared} /> },
  { header: "Tried", align: "right", cell: ({ tried }) => <Points value={tried?.net ?? 0} fw={500} /> },
  {
    header: "Difference",
    align: "right",
    cell: ({ tried, compared }) => (
      <Points value={Math.round(((tried?.net ?? 0) - (compared?.net ?? 0)) * 1000) / 1000} signed />
    ),
  },
  { header: "Cost", align: "right", cell: ({ tried }) => <Money value={tried?.money} /> },
];

/** What was given by currency and category, net of returns. */
export const GivenTable = ({ result }: { result: WhatIfResult | undefined }) => (
  <Panel title="By currency and category" description="Net of returns" flush>
    <DataTable
      label="Given by currency and category"
      columns={GIVEN}
      rows={result && givenRows(result)}
      rowKey={({ key }) => key}
      skeletonRows={2}
      empty={<EmptyState icon={IconCoins} title="Nothing is given" compact />}
    />
  </Panel>
);

type RuleRow = ReturnType<typeof rulesBeside>[number];
type RuleFigures = RuleRow["tried"];

const Count = ({ value }: { value: number | undefined }) => {
  const format = useFormat();
  return value === undefined ? <Nothing /> : format.number(value);
};

const GivenByRule = ({ figures }: { figures: RuleFigures }) => {
  const format = useFormat();
  if (figures === null) return <Nothing />;
  const others = figures.others.map(({ points, currency }) => `${format.points(points)} ${currency}`);
  if (others.length > 0 && figures.points === 0) return <>{others.join(", ")}</>;
  return <>{[format.points(figures.points), ...others].join(", ")}</>;
};

const RULES: Column<RuleRow>[] = [
  {
    header: "Rule",
    leads: true,
    cell: ({ name, setName, tried }) => (
      <div>
        <Text size="sm" fw={500}>
          {name}
        </Text>
        <Text size="xs" c="dimmed">
          {setName}
          {tried === null && " · not among the rules tried"}
        </Text>
      </div>
    ),
  },
  {
    header: "Looked at",
    align: "right",
    wideOnly: true,
    cell: ({ tried }) => <Count value={tried?.tried} />,
  },
  { header: "True", align: "right", cell: ({ tried }) => <Count value={tried?.hits} /> },
  {
    header: "Could not be told",
    align: "right",
    wideOnly: true,
    cell: ({ tried }) => <Count value={tried?.undetermined} />,
  },
  { header: "Compared gives", align: "right", cell: ({ compared }) => <GivenByRule figures={compared} /> },
  { header: "Tried gives", align: "right", cell: ({ tried }) => <GivenByRule figures={tried} /> },
];

/** What each rule did, before returns. */
export const RulesTable = ({ result }: { result: WhatIfResult | undefined }) => (
  <Panel
    title="By rule"
    description="Before returns; how often each was looked at and true under what was tried"
    flush
  >
    <DataTable
      label="Points by rule"
      columns={RULES}
      rows={result && rulesBeside(result)}
      rowKey={({ ruleId }) => ruleId}
      skeletonRows={2}
      empty={<EmptyState icon={IconListCheck} title="There is no rule" compact />}
    />
  </Panel>
);

/** From which tier members moved to which, under both. */
export const TierMoves = ({ result }: { result: WhatIfResult }) => (
  <Panel
    title="Tiers"
    description="From the tier at the beginning to the one at the end: members tried, and compared in brackets"
    flush
  >
    <Matrix result={result} />
  </Panel>
);

const Matrix = ({ result: { tried, compared, recorded } }: { result: WhatIfResult }) => {
  const format = useFormat();
  const begins = [...new Set([...tried.moves, ...compared.moves].map(({ from }) => from))].sort(
    (a, b) => (a ?? 0) - (b ?? 0),
  );
  const ends = tried.tiers;
  const count = (lane: WhatIfLane, from: number | null, to: number) =>
    lane.moves.reduce((sum, move) => sum + (move.from === from && move.to === to ? move.customers : 0), 0);
  const nameOf = (number: number | null) =>
    number === null
      ? "Not a member yet"
      : (recorded.tiers.findLast((tier) => tier.number <= number)?.name ?? `Tier ${number}`);
  return (
    // A region that scrolls must be reachable by keyboard.
    // biome-ignore lint/a11y/noNoninteractiveTabindex: see above.
    <section style={{ overflowX: "auto" }} tabIndex={0} aria-label="Tier moves">
      <Table horizontalSpacing="lg" verticalSpacing={8} mb={6}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th scope="col">From</Table.Th>
            {ends.map(({ number, name, color }) => (
              <Table.Th key={number} scope="col" ta="right">
                <Group gap={6} justify="flex-end" wrap="nowrap">
                  <TierDot color={color} />
                  {name}
                </Group>
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {begins.map((from) => (
            <Table.Tr key={from ?? "none"}>
              <Table.Th scope="row" fw={500}>
                {nameOf(from)}
              </Table.Th>
              {ends.map(({ number }) => {
                const [own, other] = [count(tried, from, number), count(compared, from, number)];
                return (
                  <Table.Td key={number} ta="right">
                    {own === 0 && other === 0 ? (
                      <Nothing />
                    ) : (
                      <Text span inherit fw={own === other ? 400 : 600}>
                        {format.number(own)}{" "}
                        <Text span inherit c="dimmed" fw={400}>
                          ({format.number(other)})
                        </Text>
                      </Text>
                    )}
                  </Table.Td>
                );
              })}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </section>
  );
};
