import { Skeleton } from "@mantine/core";
import { IconChartBar } from "@tabler/icons-react";
import { type ReactNode, useCallback } from "react";
import type { Liability } from "../api/types.ts";
import { Chart, type Inks } from "../ui/chart.tsx";
import { areaSeries, barSeries, timeChart } from "../ui/chart-options.ts";
import { useFormat } from "../ui/format-context.tsx";
import { Panel } from "../ui/panel.tsx";
import { EmptyState } from "../ui/states.tsx";
import { netRedeemed, otherMovements, thousandths } from "./liability-figures.ts";

interface Part {
  report: Liability | undefined;
}

export const Frame = ({
  title,
  description,
  height,
  state,
  children,
}: {
  title: string;
  description: string;
  height: number;
  state: "loading" | "empty" | "ready";
  children: () => ReactNode;
}) => (
  <Panel title={title} description={description} fill>
    {state === "loading" ? (
      <Skeleton h={height} radius="md" />
    ) : state === "empty" ? (
      <EmptyState icon={IconChartBar} title="Nothing in these months" compact>
        Points appear with the first purchase.
      </EmptyState>
    ) : (
      children()
    )}
  </Panel>
);

const MOVES_HEIGHT = 270;

/** What came to members above the line, and what left them below it, by month. */
export const MovementsChart = ({ report }: Part) => {
  const format = useFormat();
  const months = report?.months;
  const option = useCallback(
    (inks: Inks) => {
      const rows = months ?? [];
      const bars = (name: string, value: (row: (typeof rows)[number]) => number, color: string) =>
        barSeries(
          name,
          rows.map((row) => thousandths(value(row))),
          color,
          "points",
        );
      return timeChart(
        inks,
        {
          dates: rows.map(({ month }) => month),
          axis: format.compact,
          tip: format.signedPoints,
          format,
        },
        [
          bars("Issued", ({ issued }) => issued, inks.series[1]),
          bars("Redeemed", (row) => -netRedeemed(row), inks.series[0]),
          bars("Expired", ({ expired }) => -expired, inks.series[3]),
          bars("Returned", ({ returned }) => -returned, inks.series[2]),
          bars("Other", otherMovements, inks.dimmed),
        ],
        true,
      );
    },
    [months, format],
  );
  const isStill = months?.every(
    ({ issued, redeemed, expired, returned, adjusted, opening }) =>
      issued === 0 && redeemed === 0 && expired === 0 && returned === 0 && adjusted === 0 && opening === 0,
  );
  return (
    <Frame
      title="Movements"
      description="By month. Other is adjustments, transfers, conversions, merges and balances brought forward"
      height={MOVES_HEIGHT}
      state={months === undefined ? "loading" : isStill ? "empty" : "ready"}
    >
      {() => (
        <Chart
          option={option}
          height={MOVES_HEIGHT}
          description={`Movements by month: ${format.points(report!.total.issued)} issued, ${format.points(thousandths(netRedeemed(report!.total)))} redeemed, ${format.points(report!.total.expired)} expired, ${format.points(report!.total.returned)} returned`}
          table={{
            head: ["Month", "Issued", "Redeemed", "Expired", "Returned", "Other"],
            rows: months!.map((row) => [
              format.chartDay(row.month),
              format.points(row.issued),
              format.points(thousandths(netRedeemed(row))),
              format.points(row.expired),
              format.points(row.returned),
              format.points(thousandths(otherMovements(row))),
            ]),
          }}
        />
      )}
    </Frame>
  );
};

const LINE_HEIGHT = 220;

/** What members held at the end of each month. */
export const OutstandingChart = ({ report }: Part) => {
  const format = useFormat();
  const months = report?.months;
  const option = useCallback(
    (inks: Inks) =>
      timeChart(
        inks,
        {
          dates: (months ?? []).map(({ month }) => month),
          axis: format.compact,
          tip: format.points,
          format,
        },
        [
          areaSeries(
            "Outstanding",
            (months ?? []).map(({ outstanding }) => outstanding),
            inks.series[0],
          ),
        ],
      ),
    [months, format],
  );
  return (
    <Frame
      title="Outstanding"
      description="At the end of each month; the last is not over when it is this one"
      height={LINE_HEIGHT}
      state={
        months === undefined
          ? "loading"
          : months.every(({ outstanding }) => outstanding === 0)
            ? "empty"
            : "ready"
      }
    >
      {() => (
        <Chart
          option={option}
          height={LINE_HEIGHT}
          description={`Outstanding by month, at last ${format.points(report!.total.outstanding)}`}
          table={{
            head: ["Month", "Outstanding", "Value"],
            rows: months!.map(({ month, outstanding, money }) => [
              format.chartDay(month),
              format.points(outstanding),
              money === null ? "" : format.money(money),
            ]),
          }}
        />
      )}
    </Frame>
  );
};

/** Bars that a person can tell apart; what comes later is in the table below. */
const MOST_BARS = 24;

/** When what is open now ends. */
export const ExpiryChart = ({ report }: Part) => {
  const format = useFormat();
  const dated = report?.expiry.flatMap(({ month, points }) => (month === null ? [] : [{ month, points }]));
  const option = useCallback(
    (inks: Inks) => {
      const rows = (report?.expiry ?? []).filter(({ month }) => month !== null).slice(0, MOST_BARS);
      return timeChart(
        inks,
        {
          dates: rows.map(({ month }) => month ?? ""),
          axis: format.compact,
          tip: format.points,
          format,
        },
        [
          barSeries(
            "Expiring",
            rows.map(({ points }) => points),
            inks.series[3],
          ),
        ],
      );
    },
    [report, format],
  );
  return (
    <Frame
      title="Expiring"
      description="Points that members hold now, by the month in which they end"
      height={LINE_HEIGHT}
      state={dated === undefined ? "loading" : dated.length === 0 ? "empty" : "ready"}
    >
      {() => (
        <Chart
          option={option}
          height={LINE_HEIGHT}
          description={`Expiring points over ${dated!.length} months`}
          table={{
            head: ["Month", "Points"],
            rows: dated!.map(({ month, points }) => [format.chartDay(month), format.points(points)]),
          }}
        />
      )}
    </Frame>
  );
};
