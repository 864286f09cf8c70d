import { Alert, Grid, List, SimpleGrid, Stack, Text } from "@mantine/core";
import { IconCircleCheck, IconInfoCircle } from "@tabler/icons-react";
import type { WhatIf, WhatIfResult } from "../api/types.ts";
import { changeShare } from "../ui/format.ts";
import { useFormat } from "../ui/format-context.tsx";
import { Panel } from "../ui/panel.tsx";
import { StatCard } from "../ui/stat-card.tsx";
import { CustomersTable } from "./customers-table.tsx";
import { DifferenceChart, GivenChart, OutstandingChart } from "./result-charts.tsx";
import { GivenTable, RulesTable, TierMoves } from "./result-tables.tsx";
import { comparedText } from "./run-words.ts";

/** What a what-if came to: cost, months, tiers, winners and losers, rules, and each member. */
export const ResultView = ({ run, result }: { run: WhatIf; result: WhatIfResult | undefined }) => (
  <Stack gap="md">
    <Figures run={run} result={result} />
    {result && <Parity result={result} />}
    <Grid gap="md">
      <Grid.Col span={{ base: 12, md: 6 }}>
        <GivenChart result={result} />
      </Grid.Col>
      <Grid.Col span={{ base: 12, md: 6 }}>
        <OutstandingChart result={result} />
      </Grid.Col>
      <Grid.Col span={12}>
        <DifferenceChart result={result} />
      </Grid.Col>
    </Grid>
    <GivenTable result={result} />
    <RulesTable result={result} />
    {result && <TierMoves result={result} />}
    <CustomersTable run={run} />
    {result && <NotModelled sentences={result.notModelled} />}
  </Stack>
);

const Figures = ({ run, result }: { run: WhatIf; result: WhatIfResult | undefined }) => {
  const format = useFormat();
  const { tried, compared, difference } = result ?? {};
  const signedMoney = (value: number) => `${value > 0 ? "+" : ""}${format.money(value)}`;
  return (
    <SimpleGrid cols={{ base: 1, xs: 2, lg: 4 }} spacing="md">
      <StatCard
        label="Points, net of returns"
        value={tried && format.points(tried.total.net)}
        change={tried && compared ? changeShare(tried.total.net, compared.total.net) : null}
        detail={compared && `${format.points(compared.total.net)} by ${comparedText(run).toLowerCase()}`}
        {...(tried ? { series: tried.months.map(({ given }) => given) } : {})}
      />
      <StatCard
        label="Cost"
        value={tried && format.money(tried.total.money ?? 0)}
        detail={difference && `${signedMoney(difference.money)} beside ${comparedText(run).toLowerCase()}`}
        {...(tried ? { series: tried.months.map(({ money }) => money) } : {})}
        color="var(--fealty-chart-2)"
      />
      <StatCard
        label="Members with more"
        value={difference && format.number(difference.winners)}
        detail={difference && `${format.points(difference.gained)} points more in all`}
      />
      <StatCard
        label="Members with less"
        value={difference && format.number(difference.losers)}
        detail={
          difference &&
          `${format.points(difference.lost)} points less in all; ${format.number(difference.same)} get the same`
        }
      />
    </SimpleGrid>
  );
};

/** Whether the rules of then, replayed, come to what was recorded: only then are differences the rules' alone. */
const Parity = ({ result: { parity } }: { result: WhatIfResult }) => {
  const format = useFormat();
  if (parity.different === 0)
    return (
      <Alert color="pine" variant="light" icon={<IconCircleCheck size={18} />} py="xs">
        The rules of then, replayed over all {format.number(parity.bills)} bills, come to exactly what was
        recorded. What differs here is due to the rules alone.
      </Alert>
    );
  return (
    <Alert
      color="gold"
      variant="light"
      icon={<IconInfoCircle size={18} />}
      title={`The rules of then come out otherwise for ${format.number(parity.different)} of ${format.number(parity.bills)} bills`}
    >
      <Text size="sm" mb={6}>
        {parity.differentInPoints === 0
          ? "The points are the same."
          : `${format.number(parity.differentInPoints)} of them with other points.`}{" "}
        What is compared here was replayed on both sides, so that this does not count as a difference.
      </Text>
      <List size="sm">
        {parity.reasons.map(({ reason, sentence, bills }) => (
          <List.Item key={reason}>
            {format.number(bills)}: {sentence}
          </List.Item>
        ))}
      </List>
    </Alert>
  );
};

const NotModelled = ({ sentences }: { sentences: string[] }) => (
  <Panel title="What is taken as it was" description="Read the figures with this in mind">
    <List size="sm" spacing={4}>
      {sentences.map((sentence) => (
        <List.Item key={sentence}>{sentence}</List.Item>
      ))}
    </List>
  </Panel>
);
