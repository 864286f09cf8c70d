import { Box, Group, Skeleton, Stack, Text } from "@mantine/core";
import { IconBuildingStore, IconStairsUp } from "@tabler/icons-react";
import type { ReactNode } from "react";
import type { Home } from "../api/types.ts";
import { counted } from "../ui/format.ts";
import { useFormat } from "../ui/format-context.tsx";
import { Panel } from "../ui/panel.tsx";
import { EmptyState } from "../ui/states.tsx";
import classes from "./home-lists.module.css";

const Bar = ({ share, color }: { share: number; color?: string | null }) => (
  <Box className={classes.track!} aria-hidden>
    <Box
      className={classes.bar!}
      style={{ width: `${share * 100}%`, ...(color ? { background: color } : {}) }}
    />
  </Box>
);

const Rows = ({ children }: { children: ReactNode }) => <Stack gap="md">{children}</Stack>;

const Waiting = () => (
  <Rows>
    {[80, 60, 40].map((width) => (
      <div key={width}>
        <Skeleton h={14} w={`${width}%`} mb={8} />
        <Skeleton h={6} />
      </div>
    ))}
  </Rows>
);

/** How many members each tier has. */
export const TierBars = ({ home }: { home: Home | undefined }) => {
  const format = useFormat();
  const all = home?.tiers.reduce((sum, { members }) => sum + members, 0) ?? 0;
  return (
    <Panel title="Tiers" fill>
      {home === undefined ? (
        <Waiting />
      ) : home.tiers.length === 0 ? (
        <EmptyState icon={IconStairsUp} title="No tiers yet" compact>
          Publish a program and its tiers appear here.
        </EmptyState>
      ) : (
        <Rows>
          {home.tiers.map(({ number, name, color, members }) => (
            <div key={number}>
              <Group justify="space-between" gap="xs" mb={6}>
                <Group gap={8}>
                  <span className={classes.dot} style={color ? { background: color } : {}} aria-hidden />
                  <Text size="sm" fw={500}>
                    {name}
                  </Text>
                </Group>
                <Text size="sm">
                  {format.number(members)}{" "}
                  <Text span c="dimmed" inherit>
                    {all === 0 ? "" : `${Math.round((members / all) * 100)} %`}
                  </Text>
                </Text>
              </Group>
              <Bar share={all === 0 ? 0 : members / all} color={color} />
            </div>
          ))}
        </Rows>
      )}
    </Panel>
  );
};

/** The stores that sold most in the period. */
export const TopStores = ({ home }: { home: Home | undefined }) => {
  const format = useFormat();
  const most = Math.max(...(home?.topStores.map(({ amount }) => amount) ?? []), 0);
  return (
    <Panel title="Top stores" fill>
      {home === undefined ? (
        <Waiting />
      ) : home.topStores.length === 0 ? (
        <EmptyState icon={IconBuildingStore} title="No purchases in this period" compact />
      ) : (
        <Rows>
          {home.topStores.slice(0, 5).map(({ code, name, amount, count }) => (
            <div key={code}>
              <Group justify="space-between" gap="xs" mb={6} wrap="nowrap">
                <Text size="sm" fw={500} truncate>
                  {name}
                </Text>
                <Text size="sm" style={{ flexShrink: 0 }}>
                  {format.wholeMoney(amount)}{" "}
                  <Text span c="dimmed" inherit>
                    {format.number(count)} {counted(count, "bill")}
                  </Text>
                </Text>
              </Group>
              <Bar share={most === 0 ? 0 : Math.max(amount, 0) / most} />
            </div>
          ))}
        </Rows>
      )}
    </Panel>
  );
};
