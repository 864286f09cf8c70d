import { Group, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import type { TrackerStanding } from "../api/types.ts";
import { trackedText } from "../loyalty/tracker-words.ts";
import { useOrganisation } from "../shell/organisation.ts";
import { DateTime } from "../ui/amounts.tsx";
import { useFormat } from "../ui/format-context.tsx";
import { Panel } from "../ui/panel.tsx";
import { ErrorState } from "../ui/states.tsx";
import { trackersQuery } from "./queries.ts";

/** What trackers count of the member: the value of each case, over which time, and until when it stands. Nothing without trackers. */
export const TrackersPanel = ({ memberId }: { memberId: string }) => {
  const { api } = useOrganisation();
  const { data, error, refetch } = useQuery(trackersQuery(api, memberId));
  if (error !== null)
    return (
      <Panel title="Trackers">
        <ErrorState error={error} onRetry={() => void refetch()} />
      </Panel>
    );
  if (data === undefined || data.items.length === 0) return null;
  return (
    <Panel title="Trackers">
      <Stack gap="md">
        {data.items.map((item) => (
          <OneCase key={`${item.programName} ${item.trackerId} ${item.caseId}`} item={item} />
        ))}
      </Stack>
    </Panel>
  );
};

const OneCase = ({ item }: { item: TrackerStanding }) => {
  const format = useFormat();
  const { trackerName, caseName, value, counts, entity, from, to, standsUntil } = item;
  const { successes, mostForwards } = item;
  return (
    <div>
      <Group justify="space-between" wrap="nowrap" gap="xs">
        <Text size="sm" fw={500}>
          {trackerName}, {caseName}
        </Text>
        <Text size="sm" fw={600}>
          {counts ? format.number(value) : trackedText(entity, value, format)}
        </Text>
      </Group>
      <Text size="sm" c="dimmed">
        Since <DateTime value={from} show="date" />
        {to !== null && (
          <>
            , to <DateTime value={to} show="date" />
          </>
        )}
        {standsUntil !== null && value !== 0 && (
          <>
            ; all of it counts to <DateTime value={standsUntil} show="date" />
          </>
        )}
      </Text>
      {mostForwards !== null && (
        <Text size="sm" c="dimmed">
          Reached {format.number(successes)} of {format.number(mostForwards)} times
        </Text>
      )}
    </div>
  );
};
