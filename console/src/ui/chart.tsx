import { Skeleton, VisuallyHidden } from "@mantine/core";
import { lazy, Suspense, useMemo } from "react";
import type { Inks } from "./chart-inks.ts";
import { useInks } from "./chart-inks.ts";
import type { ChartOption } from "./echarts-view.tsx";

const EchartsView = lazy(() => import("./echarts-view.tsx"));

export type { ChartOption, Inks };

export interface ChartTable {
  head: string[];
  rows: (string | number)[][];
}

/**
 * A chart of echarts, which is loaded when the first one is shown. `option` gets the inks of the colour scheme. Whoever
 * cannot see it gets `description` and the figures as a table.
 */
export const Chart = ({
  option,
  description,
  table,
  height = 240,
}: {
  option: (inks: Inks) => ChartOption;
  description: string;
  table: ChartTable;
  height?: number;
}) => {
  const inks = useInks();
  const made = useMemo(() => option(inks), [option, inks]);
  return (
    <figure style={{ margin: 0 }}>
      <div role="img" aria-label={description} style={{ height }}>
        <Suspense fallback={<Skeleton h={height} radius="md" />}>
          <EchartsView option={made} height={height} />
        </Suspense>
      </div>
      <VisuallyHidden>
        <table>
          <caption>{description}</caption>
          <thead>
            <tr>
              {table.head.map((text) => (
                <th key={text} scope="col">
                  {text}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {table.rows.map((row) => (
              <tr key={String(row[0])}>
                {row.map((cell, index) => (
                  // biome-ignore lint/suspicious/noArrayIndexKey: columns keep their places.
                  <td key={index}>{cell}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </VisuallyHidden>
    </figure>
  );
};
