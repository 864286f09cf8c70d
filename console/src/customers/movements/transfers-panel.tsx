import { Group, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useOrganisation } from "../../shell/organisation.ts";
import { DateTime, Points } from "../../ui/amounts.tsx";
import { Panel } from "../../ui/panel.tsx";
import { ErrorState } from "../../ui/states.tsx";
import { transfersQuery } from "../queries.ts";
import classes from "./redemptions.module.css";

/** What a member passed on and got from others; nothing where there was nothing. */
export const TransfersPanel = ({ memberId }: { memberId: string }) => {
  const { api } = useOrganisation();
  const { data, error, refetch } = useQuery(transfersQuery(api, memberId));
  if (error !== null) return <ErrorState error={error} onRetry={() => void refetch()} />;
  if (data === undefined || data.items.length === 0) return null;
  return (
    <Panel
      title="Transfers"
      description={data.total > data.items.length && `The latest ${data.items.length} of ${data.total}`}
    >
      <ul className={classes.list}>
        {data.items.map(({ id, direction, points, fee, otherId, otherName, notes, transferredAt }) => (
          <li key={id} className={classes.item}>
            <Group justify="space-between" wrap="nowrap" align="flex-start" gap="sm">
              <div>
                <Text size="sm" fw={500}>
                  {direction === "sent" ? "To" : "From"} {otherName || `member ${otherId}`}
                </Text>
                <Text size="xs" c="dimmed">
                  <DateTime value={transferredAt} show="date" />
                  {notes !== "" && ` · ${notes}`}
                </Text>
              </div>
              <Text size="sm" fw={500}>
                <Points value={direction === "sent" ? -(points + fee) : points} />
              </Text>
            </Group>
          </li>
        ))}
      </ul>
    </Panel>
  );
};
