import type { ChartOption, Inks } from "./chart.tsx";
import type { Format } from "./format.ts";

interface Axes {
  dates: string[];
  /** How a value reads on the axis. */
  axis: (value: number) => string;
  /** How a value reads in the tip. */
  tip: (value: number) => string;
  format: Format;
  /** Values are counted: the axis shows no fractions. */
  whole?: boolean;
}

const FONT = 'ui-sans-serif, system-ui, "Segoe UI", Roboto, "Open Sans", sans-serif';

/** What all our charts over time share: quiet axes, hairlines, a tip of our own colours. */
export const timeChart = (
  inks: Inks,
  { dates, axis, tip, format, whole = false }: Axes,
  series: NonNullable<ChartOption["series"]>,
  legend = false,
): ChartOption => ({
  textStyle: { fontFamily: FONT, color: inks.text },
  color: [...inks.series],
  // The last label is centred below its point: half of it stands to the right.
  grid: { left: 4, right: 24, top: legend ? 32 : 12, bottom: 4, outerBoundsMode: "same" },
  ...(legend
    ? {
        legend: {
          // One line, however narrow the screen: the rest is a step away.
          type: "scroll" as const,
          pageIconSize: 10,
          pageIconColor: inks.dimmed,
          pageIconInactiveColor: inks.line,
          pageTextStyle: { color: inks.dimmed, fontSize: 11 },
          left: 0,
          top: 0,
          icon: "circle",
          itemWidth: 8,
          itemHeight: 8,
          itemGap: 16,
          textStyle: { color: inks.dimmed, fontSize: 12 },
        },
      }
    : {}),
  tooltip: {
    trigger: "axis",
    backgroundColor: inks.surface,
    borderColor: inks.line,
    padding: [8, 12],
    textStyle: { color: inks.text, fontSize: 12 },
    valueFormatter: (value) => (typeof value === "number" ? tip(value) : "–"),
  },
  xAxis: {
    type: "category",
    data: dates.map((date) => format.chartDay(date)),
    axisLine: { lineStyle: { color: inks.line } },
    axisTick: { show: false },
    axisLabel: { color: inks.dimmed, fontSize: 11, hideOverlap: true, margin: 10 },
  },
  yAxis: {
    type: "value",
    splitNumber: 4,
    ...(whole ? { minInterval: 1 } : {}),
    splitLine: { lineStyle: { color: inks.line } },
    axisLabel: { color: inks.dimmed, fontSize: 11, formatter: (value: number) => axis(value) },
  },
  series,
});

/** A line with a soft area below. */
export const areaSeries = (name: string, data: number[], color: string, step = false) => ({
  type: "line" as const,
  name,
  data,
  step: step ? ("end" as const) : (false as const),
  symbol: "circle",
  symbolSize: 6,
  showSymbol: data.length < 2,
  lineStyle: { width: 2, color },
  itemStyle: { color },
  areaStyle: { color, opacity: 0.1 },
});

/** A line by itself, to lie beside others. */
export const lineSeries = (name: string, data: number[], color: string) => {
  const { areaStyle: _, ...line } = areaSeries(name, data, color);
  return line;
};

export const barSeries = (name: string, data: number[], color: string, stack?: string) => ({
  type: "bar" as const,
  name,
  data,
  ...(stack === undefined ? {} : { stack }),
  barMaxWidth: 34,
  itemStyle: { color, borderRadius: stack === undefined ? [3, 3, 0, 0] : 2 },
});
