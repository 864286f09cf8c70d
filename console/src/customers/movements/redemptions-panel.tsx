import { Button, Group, Skeleton, Stack, Text } from "@mantine/core";
import { IconReceipt2 } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { Redemption } from "../../api/types.ts";
import { useOrganisation } from "../../shell/organisation.ts";
import { DateTime, Money, Points } from "../../ui/amounts.tsx";
import { Panel } from "../../ui/panel.tsx";
import { EmptyState, ErrorState } from "../../ui/states.tsx";
import { redemptionsQuery } from "../queries.ts";
import classes from "./redemptions.module.css";
import { ReverseDialog } from "./spend-dialogs.tsx";

/** The latest redemptions of a member, each with what was taken back of it. */
export const RedemptionsPanel = ({ memberId }: { memberId: string }) => {
  const { api } = useOrganisation();
  const { data, error, refetch } = useQuery(redemptionsQuery(api, memberId));
  const [reversing, setReversing] = useState<Redemption | null>(null);
  return (
    <Panel
      title="Redemptions"
      description={
        data && data.total > data.items.length && `The latest ${data.items.length} of ${data.total}`
      }
    >
      {data === undefined ? (
        error === null ? (
          <Stack gap="sm">
            <Skeleton h={32} />
            <Skeleton h={32} w="70%" />
          </Stack>
        ) : (
          <ErrorState error={error} onRetry={() => void refetch()} />
        )
      ) : data.items.length === 0 ? (
        <EmptyState icon={IconReceipt2} title="Nothing redeemed yet" compact>
          Points that are spent at a till or here are listed with their codes.
        </EmptyState>
      ) : (
        <ul className={classes.list}>
          {data.items.map((redemption) => (
            <Item key={redemption.id} redemption={redemption} onReverse={() => setReversing(redemption)} />
          ))}
        </ul>
      )}
      {reversing !== null && (
        <ReverseDialog memberId={memberId} redemption={reversing} onClose={() => setReversing(null)} />
      )}
    </Panel>
  );
};

const Item = ({ redemption, onReverse }: { redemption: Redemption; onReverse: () => void }) => {
  const { may } = useOrganisation();
  const { code, points, value, reversed, redeemedAt, billNumber, storeName, tillCode, notes } = redemption;
  return (
    <li className={classes.item}>
      <Group justify="space-between" wrap="nowrap" align="flex-start" gap="sm">
        <div style={{ minWidth: 0, overflowWrap: "anywhere" }}>
          <Text size="sm" fw={500}>
            <Points value={points} unit />
            <Text span inherit c="dimmed" fw={400}>
              {" "}
              for <Money value={value} />
            </Text>
          </Text>
          <Text size="xs" c="dimmed">
            <DateTime value={redeemedAt} /> · code {code}
            {billNumber !== "" && <> · bill {billNumber}</>}
            {(storeName ?? tillCode) && <> · {storeName ?? tillCode}</>}
          </Text>
          {notes !== "" && <Text size="xs">{notes}</Text>}
          {reversed > 0 && (
            <Text size="xs" c="dimmed">
              {reversed === points ? (
                "Reversed"
              ) : (
                <>
                  <Points value={reversed} unit /> of it reversed
                </>
              )}
            </Text>
          )}
        </div>
        {may("Points:write") && reversed < points && (
          <Button
            size="compact-sm"
            variant="default"
            style={{ flexShrink: 0 }}
            onClick={onReverse}
            aria-label={`Reverse redemption ${code}`}
          >
            Reverse
          </Button>
        )}
      </Group>
    </li>
  );
};
