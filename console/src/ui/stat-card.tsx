import { Box, Card, Group, Skeleton, Text } from "@mantine/core";
import { IconArrowDownRight, IconArrowRight, IconArrowUpRight } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { useFormat } from "./format-context.tsx";
import { Sparkline } from "./sparkline.tsx";
import classes from "./stat-card.module.css";

/** One figure: what it is, how much, how it changed against the period before, and its shape over time. */
export const StatCard = ({
  label,
  value,
  detail,
  change,
  changeOf,
  series,
  color = "var(--fealty-chart-1)",
  fromZero = true,
}: {
  label: string;
  /** Undefined while it loads. */
  value: string | undefined;
  detail?: ReactNode;
  /** Share of the earlier figure; null when there is none. */
  change?: number | null;
  /** What it is a share of, where it is not of the figure itself. */
  changeOf?: string;
  series?: readonly number[];
  color?: string;
  fromZero?: boolean;
}) => (
  <Card padding="lg" pb="sm" h="100%" className={classes.card!}>
    <Text c="dimmed" size="sm">
      {label}
    </Text>
    {value === undefined ? (
      <Skeleton h={24} w="60%" mt={8} mb={6} />
    ) : (
      <Text
        className={classes.value!}
        style={{ "--characters": value.length }}
        fw={600}
        mt={2}
        lts="-0.015em"
      >
        {value}
      </Text>
    )}
    <Group gap="0 6px" mt={2} mih={21}>
      {value === undefined ? (
        <Skeleton h={12} w="40%" />
      ) : (
        <>
          <Change share={change ?? null} of={changeOf} />
          <Text c="dimmed" size="xs">
            {detail}
          </Text>
        </>
      )}
    </Group>
    <Box mt="auto" pt="sm" mih={44}>
      {series && <Sparkline values={series} color={color} fromZero={fromZero} />}
    </Box>
  </Card>
);

const Change = ({ share, of }: { share: number | null; of: string | undefined }) => {
  const format = useFormat();
  if (share === null) return null;
  const Icon = share < 0 ? IconArrowDownRight : share > 0 ? IconArrowUpRight : IconArrowRight;
  return (
    <Group gap={2} wrap="nowrap" style={{ flexShrink: 0 }}>
      <Icon
        size={14}
        aria-hidden
        color={share < 0 ? "var(--fealty-loss)" : share > 0 ? "var(--fealty-gain)" : "currentColor"}
      />
      <Text size="xs" fw={500}>
        {format.percent(share)}
        {of !== undefined && ` ${of}`}
      </Text>
    </Group>
  );
};
