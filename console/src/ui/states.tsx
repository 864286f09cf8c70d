import { Alert, Button, Center, Stack, Text, ThemeIcon } from "@mantine/core";
import { IconAlertTriangle, IconRefresh } from "@tabler/icons-react";
import type { ComponentType, ReactNode } from "react";
import { ApiError } from "../api/errors.ts";

type Icon = ComponentType<{ size?: number | string; stroke?: number | string }>;

/** What to say when there is nothing: why, and what to do first. */
export const EmptyState = ({
  icon: Icon,
  title,
  children,
  action,
  compact = false,
}: {
  icon: Icon;
  title: string;
  children?: ReactNode;
  action?: ReactNode;
  compact?: boolean;
}) => (
  <Center py={compact ? "lg" : 56} px="md">
    <Stack align="center" gap="sm" maw={400} ta="center">
      <ThemeIcon variant="light" color="gray" size={compact ? 36 : 48} radius={1000} aria-hidden>
        <Icon size={compact ? 18 : 24} stroke={1.5} />
      </ThemeIcon>
      <Text fw={600}>{title}</Text>
      {children && (
        <Text c="dimmed" size="sm">
          {children}
        </Text>
      )}
      {action}
    </Stack>
  </Center>
);

/** A failed load, in the server's words, with a way to try again. */
export const ErrorState = ({ error, onRetry }: { error: unknown; onRetry?: () => void }) => (
  <Alert
    role="alert"
    color="clay"
    variant="light"
    icon={<IconAlertTriangle size={18} />}
    title={titleOf(error)}
  >
    <Stack gap="sm" align="flex-start">
      <Text size="sm">{messageOf(error)}</Text>
      {onRetry && !isFinal(error) && (
        <Button
          size="xs"
          variant="default"
          leftSection={<IconRefresh size={14} aria-hidden />}
          onClick={onRetry}
        >
          Try again
        </Button>
      )}
    </Stack>
  </Alert>
);

/** What asking again will not change. */
const isFinal = (error: unknown): boolean =>
  error instanceof ApiError && (error.status === 404 || error.status === 403);

const titleOf = (error: unknown): string => {
  if (!(error instanceof ApiError)) return "Something went wrong here";
  if (error.status === 404) return "Not found";
  if (error.status === 403) return "Not permitted";
  return error.status === 0 ? "No connection" : "This could not be loaded";
};

export const messageOf = (error: unknown): string =>
  error instanceof Error ? error.message : "An unknown error happened.";
