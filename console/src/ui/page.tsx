import { Box, Breadcrumbs, Group, Stack, Text, Title } from "@mantine/core";
import { useDocumentTitle } from "@mantine/hooks";
import type { ReactNode } from "react";

/** A screen: its name, what it is for, its main actions, and the width its content may take. */
export const Page = ({
  title,
  description,
  trail,
  actions,
  width = 1200,
  children,
}: {
  title: string;
  description?: ReactNode;
  /** Links to what this screen belongs to. */
  trail?: ReactNode[];
  actions?: ReactNode;
  width?: number;
  children: ReactNode;
}) => {
  useDocumentTitle(`${title} · Fealty`);
  return (
    <Box maw={width} mx="auto" w="100%">
      <Stack gap="lg">
        <Group justify="space-between" align="flex-end" gap="sm">
          <Box miw={0}>
            {trail && (
              <Breadcrumbs separator="/" mb={4} fz="sm" separatorMargin={6}>
                {trail}
              </Breadcrumbs>
            )}
            <Title order={1}>{title}</Title>
            {description && (
              <Text c="dimmed" mt={4} maw={640}>
                {description}
              </Text>
            )}
          </Box>
          {actions && <Group gap="xs">{actions}</Group>}
        </Group>
        {children}
      </Stack>
    </Box>
  );
};
