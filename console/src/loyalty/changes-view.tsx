import { List, Skeleton, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import type { Comparison } from "../api/types.ts";
import { useOrganisation } from "../shell/organisation.ts";
import { ErrorState } from "../ui/states.tsx";
import { comparisonQuery, draftChangesQuery } from "./queries.ts";

/** What changes from one version, or the draft, to another: sentences by the part that they are about. */
export const ChangesView = ({
  programId,
  from,
  to,
}: {
  programId: number | string;
  /** Number of a version, or draft. */
  from: string;
  to: string;
}) => {
  const { api } = useOrganisation();
  return <Told {...useQuery(comparisonQuery(api, programId, from, to))} />;
};

/** What publishing the draft changes. */
export const DraftChanges = ({ programId, from }: { programId: number | string; from: string }) => {
  const { api } = useOrganisation();
  return <Told {...useQuery(draftChangesQuery(api, programId, from))} />;
};

const Told = ({
  data,
  error,
  refetch,
}: {
  data: Comparison | undefined;
  error: unknown;
  refetch: () => Promise<unknown>;
}) => {
  if (error !== null && data === undefined)
    return <ErrorState error={error} onRetry={() => void refetch()} />;
  if (data === undefined) return <Skeleton h={120} radius="md" />;
  if (data.total === 0)
    return (
      <Text size="sm" c="dimmed">
        Nothing differs: both decide alike.
      </Text>
    );
  return (
    <Stack gap="md">
      {data.groups.map(({ name, changes }) => (
        <section key={name} aria-label={name}>
          <Text size="sm" fw={600} mb={4}>
            {name}
          </Text>
          <List size="sm" spacing={4}>
            {changes.map(({ path, kind, sentence }) => (
              <List.Item key={`${path} ${kind}`} style={{ overflowWrap: "anywhere" }}>
                {sentence}
              </List.Item>
            ))}
          </List>
        </section>
      ))}
    </Stack>
  );
};
