import { Box, Card, Group, Text, Title } from "@mantine/core";
import type { ReactNode } from "react";
import classes from "./panel.module.css";

/** A bordered part of a screen with a heading of its own. `flush` lets tables touch the border. */
export const Panel = ({
  title,
  description,
  actions,
  flush = false,
  children,
  order = 2,
  fill = false,
}: {
  title?: ReactNode;
  description?: ReactNode;
  actions?: ReactNode;
  flush?: boolean;
  children: ReactNode;
  order?: 2 | 3;
  /** As high as its row. */
  fill?: boolean;
}) => (
  <Card padding={0} component="section" {...(fill ? { h: "100%" } : {})}>
    {(title || actions) && (
      <Group
        className={classes.head!}
        justify="space-between"
        px="lg"
        pt="md"
        pb={flush ? "sm" : 0}
        gap="sm"
        wrap="nowrap"
      >
        <Box miw={0}>
          <Title order={order} size="h3">
            {title}
          </Title>
          {description && (
            <Text c="dimmed" size="sm">
              {description}
            </Text>
          )}
        </Box>
        {actions && (
          <Group gap="xs" wrap="nowrap">
            {actions}
          </Group>
        )}
      </Group>
    )}
    <Box {...(flush ? {} : { px: "lg", pb: "lg", pt: "md" })}>{children}</Box>
  </Card>
);
