import { Button, Group, Text } from "@mantine/core";
import { IconChevronLeft, IconChevronRight } from "@tabler/icons-react";
import { useFormat } from "./format-context.tsx";
import type { Paging } from "./url-state.ts";

interface Listed {
  items: readonly unknown[];
  next: string | null;
  total: number;
}

/** Where one is in a list, with an honest total, and the ways forward and back. Nothing below an empty list. */
export const ListFooter = ({
  list,
  paging,
  pageSize,
  atLeast = false,
  onNext,
  onPrevious,
}: {
  /** The page shown; undefined while the first loads. */
  list: Listed | undefined;
  paging: Paging;
  pageSize: number;
  /** The server stopped counting at the total. */
  atLeast?: boolean;
  onNext: (after: string) => void;
  onPrevious: () => void;
}) => {
  const format = useFormat();
  if (list === undefined || list.items.length === 0) return null;
  const { items, next, total } = list;
  const before = ((paging.page ?? 1) - 1) * pageSize;
  const single = paging.after === undefined && next === null;
  return (
    <Group
      justify="space-between"
      px="lg"
      py="sm"
      gap="xs"
      wrap="nowrap"
      style={{ borderTop: "1px solid var(--fealty-line)" }}
    >
      <Text c="dimmed" size="sm" aria-live="polite">
        {single
          ? `${format.number(total)} in all`
          : `${format.number(before + 1)}–${format.number(before + items.length)} of ${format.number(total)}${atLeast ? " or more" : ""}`}
      </Text>
      {!single && (
        <Group gap={6} wrap="nowrap">
          <Button
            variant="default"
            size="xs"
            disabled={paging.after === undefined}
            onClick={onPrevious}
            leftSection={<IconChevronLeft size={14} aria-hidden />}
          >
            Back
          </Button>
          <Button
            variant="default"
            size="xs"
            disabled={next === null}
            onClick={() => next !== null && onNext(next)}
            rightSection={<IconChevronRight size={14} aria-hidden />}
          >
            Next
          </Button>
        </Group>
      )}
    </Group>
  );
};
