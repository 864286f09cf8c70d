import { Skeleton } from "@mantine/core";
import { IconChartLine } from "@tabler/icons-react";
import { type ReactNode, useCallback } from "react";
import type { Home } from "../api/types.ts";
import { Chart, type Inks } from "../ui/chart.tsx";
import { areaSeries, barSeries, timeChart } from "../ui/chart-options.ts";
import { useFormat } from "../ui/format-context.tsx";
import { Panel } from "../ui/panel.tsx";
import { EmptyState } from "../ui/states.tsx";

interface Part {
  home: Home | undefined;
}

const Frame = ({
  title,
  height,
  ready,
  empty,
  children,
}: {
  title: string;
  height: number;
  ready: boolean;
  empty: boolean;
  children: () => ReactNode;
}) => (
  <Panel title={title}>
    {!ready ? (
      <Skeleton h={height} radius="md" />
    ) : empty ? (
      <EmptyState icon={IconChartLine} title="Nothing in this period" compact>
        Figures appear with the first purchase.
      </EmptyState>
    ) : (
      children()
    )}
  </Panel>
);

/** Purchases by day, or by month over a year: gross upwards, what came back downwards. */
export const PurchasesChart = ({ home }: Part) => {
  const format = useFormat();
  const series = home?.purchases.series;
  const option = useCallback(
    (inks: Inks) =>
      timeChart(
        inks,
        {
          dates: (series ?? []).map(({ date }) => date),
          axis: format.compactMoney,
          tip: (value) => format.money(Math.abs(value)),
          format,
        },
        [
          barSeries(
            "Purchases",
            (series ?? []).map(({ amount }) => amount),
            inks.series[0],
            "purchases",
          ),
          ...(series?.some(({ returned }) => returned > 0)
            ? [
                barSeries(
                  "Returned",
                  series.map(({ returned }) => -returned),
                  inks.series[3],
                  "purchases",
                ),
              ]
            : []),
        ],
      ),
    [series, format],
  );
  return (
    <Frame
      title="Purchases"
      height={250}
      ready={series !== undefined}
      empty={series?.every(({ count, returns }) => count + returns === 0) ?? false}
    >
      {() => (
        <Chart
          option={option}
          height={250}
          description={`Purchases over time: ${format.money(home!.purchases.amount)} in all, ${format.money(home!.purchases.returned)} returned`}
          table={{
            head: ["Date", "Amount", "Bills", "Returned", "Net"],
            rows: series!.map(({ date, amount, count, returned, net }) => [
              format.chartDay(date),
              format.money(amount),
              count,
              format.money(returned),
              format.money(net),
            ]),
          }}
        />
      )}
    </Frame>
  );
};

/** Points by day: issued upwards, redeemed and expired downwards. */
export const PointsChart = ({ home }: Part) => {
  const format = useFormat();
  const series = home?.points.series;
  const option = useCallback(
    (inks: Inks) => {
      const rows = series ?? [];
      return timeChart(
        inks,
        {
          dates: rows.map(({ date }) => date),
          axis: (value) => format.compact(Math.abs(value)),
          tip: (value) => format.points(Math.abs(value)),
          format,
        },
        [
          barSeries(
            "Issued",
            rows.map(({ issued }) => issued),
            inks.series[1],
            "points",
          ),
          barSeries(
            "Redeemed",
            rows.map(({ redeemed }) => -redeemed),
            inks.series[0],
            "points",
          ),
          barSeries(
            "Expired",
            rows.map(({ expired }) => -expired),
            inks.series[3],
            "points",
          ),
        ],
        true,
      );
    },
    [series, format],
  );
  return (
    <Frame
      title="Points"
      height={250}
      ready={series !== undefined}
      empty={series?.every(({ issued, redeemed, expired }) => issued + redeemed + expired === 0) ?? false}
    >
      {() => (
        <Chart
          option={option}
          height={250}
          description={`Points over time: ${format.points(home!.points.issued)} issued, ${format.points(home!.points.redeemed)} redeemed, ${format.points(home!.points.expired)} expired`}
          table={{
            head: ["Date", "Issued", "Redeemed", "Expired"],
            rows: series!.map(({ date, issued, redeemed, expired }) => [
              format.chartDay(date),
              format.points(issued),
              format.points(redeemed),
              format.points(expired),
            ]),
          }}
        />
      )}
    </Frame>
  );
};

const Line = ({
  title,
  name,
  description,
  rows,
  ink,
}: {
  title: string;
  name: string;
  description: string;
  rows: { date: string; value: number }[] | undefined;
  ink: 0 | 1 | 2 | 3;
}) => {
  const format = useFormat();
  const option = useCallback(
    (inks: Inks) =>
      timeChart(
        inks,
        {
          dates: (rows ?? []).map(({ date }) => date),
          axis: format.compact,
          tip: format.number,
          format,
          whole: true,
        },
        [
          areaSeries(
            name,
            (rows ?? []).map(({ value }) => value),
            inks.series[ink],
          ),
        ],
      ),
    [rows, format, name, ink],
  );
  return (
    <Frame
      title={title}
      height={190}
      ready={rows !== undefined}
      empty={rows?.every(({ value }) => value === 0) ?? false}
    >
      {() => (
        <Chart
          option={option}
          height={190}
          description={description}
          table={{
            head: ["Date", name],
            rows: rows!.map(({ date, value }) => [format.chartDay(date), format.number(value)]),
          }}
        />
      )}
    </Frame>
  );
};

/** Members who joined, by day. */
export const MembersChart = ({ home }: Part) => (
  <Line
    title="New members"
    name="Members"
    description={`New members over time: ${home?.members.new ?? 0} in this period`}
    rows={home?.members.series}
    ink={2}
  />
);

/** Points that members hold, by day. */
export const LiabilityChart = ({ home }: Part) => (
  <Line
    title="Points held by members"
    name="Points"
    description={`Points held by members over time, now ${home?.liability.points ?? 0}`}
    rows={home?.liability.series.map(({ date, points }) => ({ date, value: points }))}
    ink={1}
  />
);
