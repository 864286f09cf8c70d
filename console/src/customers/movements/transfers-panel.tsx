import { Group, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useOrganisation } from "../../shell/organisation.ts";
import { DateTime, Points } from "../../ui/amounts.tsx";
import { TextLink } from "../../ui/links.tsx";
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
          <li key={`${id}:${direction}`} className={classes.item}>
            <Group justify="space-between" wrap="nowrap" align="flex-start" gap="sm">
              <div>
                <Text size="sm" fw={500}>
                  {direction === "sent" ? "To" : "From"}{" "}
                  <TextLink
                    from="/$org"
                    to="/$org/members/$memberId"
                    params={{ memberId: String(otherId) }}
                    size="sm"
                    fw={500}
                  >
                    {otherName || `Member ${otherId}`}
                  </TextLink>
                </Text>
                <Text size="xs" c="dimmed">
                  <DateTime value={transferredAt} />
                  {direction === "sent" && fee > 0 && (
                    <>
                      {" "}
                      · fee <Points value={fee} unit />
                    </>
                  )}
                </Text>
                {notes !== "" && <Text size="xs">{notes}</Text>}
              </div>
              <Points value={direction === "sent" ? -points : points} signed size="sm" fw={500} />
            </Group>
          </li>
        ))}
      </ul>
    </Panel>
  );
};
