import { Skeleton, Stack, Text, Timeline } from "@mantine/core";
import { IconStairsUp } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useOrganisation } from "../shell/organisation.ts";
import { DateTime } from "../ui/amounts.tsx";
import { Panel } from "../ui/panel.tsx";
import { EmptyState, ErrorState } from "../ui/states.tsx";
import { plainWords } from "./names.ts";
import { tierChangesQuery } from "./queries.ts";

const route = getRouteApi("/$org/members/$memberId/loyalty");

/** How the member came to the tier they hold. */
export const TierHistory = () => {
  const { api } = useOrganisation();
  const { memberId } = route.useParams();
  const { data, error, refetch } = useQuery(tierChangesQuery(api, memberId));
  return (
    <Panel title="Tier history">
      {data === undefined ? (
        error === null ? (
          <Stack gap="sm">
            <Skeleton h={14} w="60%" />
            <Skeleton h={14} w="45%" />
          </Stack>
        ) : (
          <ErrorState error={error} onRetry={() => void refetch()} />
        )
      ) : data.items.length === 0 ? (
        <EmptyState icon={IconStairsUp} title="In no tier yet" compact />
      ) : (
        <Timeline bulletSize={14} lineWidth={1} active={0}>
          {data.items.map(
            ({ changeNo, changedAt, programId, from, to, reason, notes, changedBy, expiresAt }) => (
              <Timeline.Item
                key={`${programId}:${changeNo}`}
                {...(to.color ? { color: to.color } : {})}
                title={
                  <Text size="sm" fw={500}>
                    {from === null
                      ? `Joined as ${to.name}`
                      : from.name === to.name
                        ? `Stays ${to.name}`
                        : `${from.name} → ${to.name}`}
                  </Text>
                }
              >
                <Text size="sm" c="dimmed">
                  <DateTime value={changedAt} />
                  {expiresAt !== null && (
                    <>
                      , until <DateTime value={expiresAt} show="date" />
                    </>
                  )}
                </Text>
                {reason && from !== null && (
                  <Text size="sm" c="dimmed">
                    {plainWords(reason)}
                    {changedBy && ` by ${changedBy}`}
                    {notes && `: ${notes}`}
                  </Text>
                )}
              </Timeline.Item>
            ),
          )}
        </Timeline>
      )}
    </Panel>
  );
};
