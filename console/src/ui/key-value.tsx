import { Box, Text } from "@mantine/core";
import type { ReactNode } from "react";
import { Nothing } from "./amounts.tsx";
import classes from "./key-value.module.css";

/** Facts side by side: labels left, values right; one above the other where space is short. */
export const KeyValue = ({ items }: { items: { label: ReactNode; value: ReactNode }[] }) => (
  <dl className={classes.list}>
    {items.map(({ label, value }, index) => (
      // biome-ignore lint/suspicious/noArrayIndexKey: facts keep their places.
      <Box key={index} className={classes.row}>
        <Text component="dt" c="dimmed" size="sm">
          {label}
        </Text>
        <Text component="dd" size="sm" m={0} className={classes.value}>
          {value === null || value === undefined || value === "" ? <Nothing /> : value}
        </Text>
      </Box>
    ))}
  </dl>
);
