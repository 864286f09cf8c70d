import { Button, Group, Progress, Stack, Text } from "@mantine/core";
import { IconStairs } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { Membership } from "../api/types.ts";
import { useOrganisation } from "../shell/organisation.ts";
import { DateTime } from "../ui/amounts.tsx";
import { useFormat } from "../ui/format-context.tsx";
import { Panel } from "../ui/panel.tsx";
import { StatusBadge } from "../ui/status-badge.tsx";
import { TierDialog } from "./movements/tier-dialog.tsx";
import { membershipsQuery } from "./queries.ts";
import { combineText, conditionText, gapText } from "./tier-gaps.ts";

/** The tier in each program: until when, how far the next one is, and what keeps it; with what may be done to it. */
export const TierPanel = ({ memberId }: { memberId: string }) => {
  const { api } = useOrganisation();
  const { data } = useQuery(membershipsQuery(api, memberId));
  return (data?.items ?? []).map((membership) => (
    <OneTier
      key={membership.programId}
      memberId={memberId}
      membership={membership}
      isOneOfMany={data!.items.length > 1}
    />
  ));
};

const OneTier = ({
  memberId,
  membership,
  isOneOfMany,
}: {
  memberId: string;
  membership: Membership;
  isOneOfMany: boolean;
}) => {
  const { may } = useOrganisation();
  const [open, setOpen] = useState(false);
  const { tier, tierSince, tierExpiresAt, isManualTier, reassessTier, programName } = membership;
  return (
    <Panel
      title={isOneOfMany ? `Tier in ${programName}` : "Tier"}
      actions={
        may("Points:write") && (
          <Button
            variant="default"
            size="xs"
            leftSection={<IconStairs size={14} aria-hidden />}
            onClick={() => setOpen(true)}
          >
            Change tier
          </Button>
        )
      }
    >
      <Stack gap="md">
        <div>
          <Group gap="xs">
            <Text fw={600}>{tier.name}</Text>
            {isManualTier && <StatusBadge tone="quiet">By hand</StatusBadge>}
            {reassessTier && <StatusBadge tone="warning">Looked at anew with the next activity</StatusBadge>}
          </Group>
          <Text size="sm" c="dimmed">
            Since <DateTime value={tierSince} show="date" />
            {tierExpiresAt === null ? (
              ", without an end"
            ) : (
              <>
                , until <DateTime value={tierExpiresAt} show="date" />
              </>
            )}
          </Text>
        </div>
        <ToNext membership={membership} />
        <ToKeep membership={membership} />
      </Stack>
      {open && <TierDialog memberId={memberId} membership={membership} onClose={() => setOpen(false)} />}
    </Panel>
  );
};

const shareOf = (value: number, threshold: number | null): number =>
  threshold === null || threshold <= 0 ? 100 : Math.min(100, Math.max(0, (value / threshold) * 100));

/** How far the next tier is, by each criterion. */
const ToNext = ({ membership: { nextTier, gaps, combine } }: { membership: Membership }) => {
  const format = useFormat();
  if (nextTier === null)
    return (
      <Text size="sm" c="dimmed">
        The highest tier.
      </Text>
    );
  return (
    <Stack gap={6}>
      <Text size="sm" fw={500}>
        To {nextTier.name}
        {combine !== null && `: ${combineText(combine, gaps.length)}`}
      </Text>
      {gaps.map((gap, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: criteria have no other identity, and their order is fixed
        <div key={index}>
          <Progress
            value={shareOf(gap.value, gap.threshold)}
            size={5}
            aria-label={`Progress to ${nextTier.name}: ${gapText(gap, format)}`}
          />
          <Text size="sm" c="dimmed">
            {gapText(gap, format)}
          </Text>
        </div>
      ))}
    </Stack>
  );
};

/** What is missing to keep the tier. */
const ToKeep = ({ membership: { renewal, tier, tierExpiresAt } }: { membership: Membership }) => {
  const format = useFormat();
  if (tierExpiresAt === null) return null;
  if (renewal === null || renewal.conditions.length === 0)
    return (
      <Text size="sm" c="dimmed">
        Nothing renews it.
      </Text>
    );
  return (
    <Stack gap={4}>
      <Group gap="xs">
        <Text size="sm" fw={500}>
          To keep {tier.name}
        </Text>
        {renewal.isConfirmed && <StatusBadge tone="good">Will be renewed</StatusBadge>}
      </Group>
      {renewal.conditions.map((condition) => (
        <Text key={`${condition.kind}:${condition.threshold}`} size="sm" c="dimmed">
          {conditionText(condition, format)}
        </Text>
      ))}
    </Stack>
  );
};
