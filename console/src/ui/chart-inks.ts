import { useComputedColorScheme } from "@mantine/core";
import { useMemo } from "react";

/** Colours that a chart draws with, read from the page because a canvas knows no variables. */
export interface Inks {
  readonly series: readonly [string, string, string, string];
  readonly text: string;
  readonly dimmed: string;
  readonly line: string;
  readonly surface: string;
}

const read = (): Inks => {
  const style = getComputedStyle(document.documentElement);
  const ink = (name: string) => style.getPropertyValue(name).trim();
  return {
    series: [
      ink("--fealty-chart-1"),
      ink("--fealty-chart-2"),
      ink("--fealty-chart-3"),
      ink("--fealty-chart-4"),
    ],
    text: ink("--mantine-color-text"),
    dimmed: ink("--mantine-color-dimmed"),
    line: ink("--fealty-line"),
    surface: ink("--fealty-surface"),
  };
};

export const useInks = (): Inks => {
  const scheme = useComputedColorScheme("light");
  // biome-ignore lint/correctness/useExhaustiveDependencies: the scheme changes what the variables hold.
  return useMemo(read, [scheme]);
};
