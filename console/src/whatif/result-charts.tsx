import { useCallback } from "react";
import type { WhatIfResult } from "../api/types.ts";
import { Frame } from "../insights/liability-charts.tsx";
import { Chart, type Inks } from "../ui/chart.tsx";
import { barSeries, lineSeries, timeChart } from "../ui/chart-options.ts";
import { useFormat } from "../ui/format-context.tsx";
import { bothMonths, bucketText, isNoDifference } from "./run-words.ts";

interface Part {
  result: WhatIfResult | undefined;
}

const HEIGHT = 240;

/** Points that bills give, by month, under both. */
export const GivenChart = ({ result }: Part) => {
  const format = useFormat();
  const rows = result && bothMonths(result).filter(({ given }) => given.tried !== 0 || given.compared !== 0);
  const option = useCallback(
    (inks: Inks) => {
      const months = result
        ? bothMonths(result).filter(({ given }) => given.tried !== 0 || given.compared !== 0)
        : [];
      return timeChart(
        inks,
        { dates: months.map(({ month }) => month), axis: format.compact, tip: format.points, format },
        [
          barSeries(
            "Tried",
            months.map(({ given }) => given.tried),
            inks.series[0],
          ),
          barSeries(
            "Compared",
            months.map(({ given }) => given.compared),
            inks.dimmed,
          ),
        ],
        true,
      );
    },
    [result, format],
  );
  return (
    <Frame
      title="Points given"
      description="By month of the bill, before returns"
      height={HEIGHT}
      state={rows === undefined ? "loading" : rows.length === 0 ? "empty" : "ready"}
    >
      {() => (
        <Chart
          option={option}
          height={HEIGHT}
          description={`Points given by month: ${format.points(result!.tried.total.given)} tried, ${format.points(result!.compared.total.given)} compared`}
          table={{
            head: ["Month", "Tried", "Compared"],
            rows: rows!.map(({ month, given }) => [
              format.chartDay(month),
              format.points(given.tried),
              format.points(given.compared),
            ]),
          }}
        />
      )}
    </Frame>
  );
};

/** What would be owed at the end of each month if nothing were spent. */
export const OutstandingChart = ({ result }: Part) => {
  const format = useFormat();
  const rows = result && bothMonths(result);
  const option = useCallback(
    (inks: Inks) => {
      const months = result ? bothMonths(result) : [];
      return timeChart(
        inks,
        { dates: months.map(({ month }) => month), axis: format.compact, tip: format.points, format },
        [
          lineSeries(
            "Tried",
            months.map(({ outstanding }) => outstanding.tried),
            inks.series[0],
          ),
          lineSeries(
            "Compared",
            months.map(({ outstanding }) => outstanding.compared),
            inks.dimmed,
          ),
        ],
        true,
      );
    },
    [result, format],
  );
  return (
    <Frame
      title="Liability"
      description="What is left of those points at the end of each month, by each one's expiry, if nothing is spent"
      height={HEIGHT}
      state={rows === undefined ? "loading" : rows.length === 0 ? "empty" : "ready"}
    >
      {() => (
        <Chart
          option={option}
          height={HEIGHT}
          description="Points outstanding at the end of each month, tried and compared"
          table={{
            head: ["Month", "Tried", "Compared", "Tried expires", "Compared expires"],
            rows: rows!.map(({ month, outstanding, expiring }) => [
              format.chartDay(month),
              format.points(outstanding.tried),
              format.points(outstanding.compared),
              format.points(expiring.tried),
              format.points(expiring.compared),
            ]),
          }}
        />
      )}
    </Frame>
  );
};

/** How many members get how much more or less. */
export const DifferenceChart = ({ result }: Part) => {
  const format = useFormat();
  const buckets = result?.difference.buckets;
  const option = useCallback(
    (inks: Inks) => {
      const rows = result?.difference.buckets ?? [];
      const { xAxis, ...rest } = timeChart(
        inks,
        { dates: [], axis: format.compact, tip: format.number, format, whole: true },
        [
          {
            ...barSeries("Members", [], inks.series[0]),
            data: rows.map((bucket) => ({
              value: bucket.customers,
              itemStyle: {
                color: isNoDifference(bucket)
                  ? inks.dimmed
                  : (bucket.from ?? Number.NEGATIVE_INFINITY) >= 0
                    ? inks.series[0]
                    : inks.series[2],
              },
            })),
          },
        ],
      );
      return {
        ...rest,
        xAxis: { ...xAxis, data: rows.map((bucket) => bucketText(bucket, format)) },
      } as typeof rest;
    },
    [result, format],
  );
  return (
    <Frame
      title="Winners and losers"
      description="Members by how many points more or less they get"
      height={HEIGHT}
      state={buckets === undefined ? "loading" : "ready"}
    >
      {() => (
        <Chart
          option={option}
          height={HEIGHT}
          description={`${format.number(result!.difference.winners)} members get more, ${format.number(result!.difference.losers)} get less, ${format.number(result!.difference.same)} get the same`}
          table={{
            head: ["Difference", "Members", "Points"],
            rows: buckets!.map((bucket) => [
              bucketText(bucket, format),
              format.number(bucket.customers),
              format.signedPoints(bucket.points),
            ]),
          }}
        />
      )}
    </Frame>
  );
};
