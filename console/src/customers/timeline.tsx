import { Box, Button, Card, Chip, Group, Skeleton, Stack, Text } from "@mantine/core";
import { IconCoin, IconHistory, IconPencil, IconReceipt, IconStairsUp } from "@tabler/icons-react";
import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import type { ComponentType } from "react";
import type { TimelineItem } from "../api/types.ts";
import { useOrganisation } from "../shell/organisation.ts";
import { DateTime, Money, Points } from "../ui/amounts.tsx";
import { useFormat } from "../ui/format-context.tsx";
import { TextLink } from "../ui/links.tsx";
import { EmptyState, ErrorState } from "../ui/states.tsx";
import { wordsOf, wordsText } from "../ui/url-state.ts";
import { timelineQuery } from "./queries.ts";
import { TIMELINE_KINDS, type TimelineKind } from "./routes.ts";
import classes from "./timeline.module.css";
import { byDay } from "./timeline-days.ts";

const route = getRouteApi("/$org/members/$memberId/");

const KINDS: Record<TimelineKind, { label: string; icon: ComponentType<{ size: number; stroke: number }> }> =
  {
    transaction: { label: "Purchases", icon: IconReceipt },
    points: { label: "Points", icon: IconCoin },
    tier: { label: "Tiers", icon: IconStairsUp },
    change: { label: "Changes", icon: IconPencil },
  };

/** Everything that happened to a member, newest first, by day. */
export const Timeline = () => {
  const { api } = useOrganisation();
  const { memberId } = route.useParams();
  const { kinds } = route.useSearch();
  const format = useFormat();
  const query = useInfiniteQuery({
    ...timelineQuery(api, memberId, kinds),
    placeholderData: keepPreviousData,
  });
  const { data, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = query;
  const items = data?.pages.flatMap((page) => page.items);
  return (
    <Card padding="lg">
      <KindFilter />
      {items === undefined ? (
        error === null ? (
          <Waiting />
        ) : (
          <ErrorState error={error} onRetry={() => void refetch()} />
        )
      ) : items.length === 0 ? (
        <EmptyState
          icon={IconHistory}
          title={kinds ? "Nothing of this kind" : "Nothing has happened yet"}
          compact
        >
          {kinds ? undefined : "The first purchase appears here the moment a till sends it."}
        </EmptyState>
      ) : (
        <Stack gap={0} mt="md">
          {byDay(items, format.dayOf).map(({ day, items: ofDay }) => (
            <Day key={day} items={ofDay} />
          ))}
          {hasNextPage && (
            <Button
              variant="default"
              loading={isFetchingNextPage}
              onClick={() => void fetchNextPage()}
              mx="auto"
              mt="md"
            >
              Show earlier
            </Button>
          )}
        </Stack>
      )}
    </Card>
  );
};

const Day = ({ items }: { items: TimelineItem[] }) => {
  const format = useFormat();
  const { at } = items[0]!;
  return (
    <section className={classes.day} aria-label={format.longDate(at)}>
      <Text size="sm" fw={500} c="dimmed" className={classes.date!}>
        {format.weekday(at)}
        <Text span inherit className={classes.dateRest!}>
          {format.date(at)}
        </Text>
      </Text>
      <ol className={classes.list}>
        {items.map((item, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: items of a day keep their order and have no id.
          <Entry key={index} item={item} />
        ))}
      </ol>
    </section>
  );
};

const KindFilter = () => {
  const { kinds } = route.useSearch();
  const navigate = route.useNavigate();
  const chosen = wordsOf({ kinds }, "kinds", TIMELINE_KINDS);
  return (
    <Chip.Group
      multiple
      value={chosen}
      onChange={(next) =>
        void navigate({
          search: { kinds: wordsText(wordsOf({ kinds: next.join(".") }, "kinds", TIMELINE_KINDS)) },
        })
      }
    >
      <Group gap={6} role="group" aria-label="Show only">
        {TIMELINE_KINDS.map((kind) => (
          <Chip key={kind} value={kind} size="xs" variant="outline" radius="sm">
            {KINDS[kind].label}
          </Chip>
        ))}
      </Group>
    </Chip.Group>
  );
};

const Entry = ({ item }: { item: TimelineItem }) => {
  const { icon: Icon } = KINDS[item.kind as TimelineKind] ?? { icon: IconHistory };
  const amount = item.amount ?? null;
  const points = item.points ?? null;
  return (
    <li className={classes.entry} data-kind={item.kind}>
      <Box className={classes.icon!} aria-hidden>
        <Icon size={16} stroke={1.7} />
      </Box>
      <Box miw={0} style={{ flex: 1 }}>
        <Title item={item} />
        {item.detail && (
          <Text size="sm" c="dimmed">
            {item.detail}
          </Text>
        )}
      </Box>
      <Box className={classes.amounts!}>
        {amount !== null && <Money value={amount} size="sm" display="block" />}
        {points !== null && <Points value={points} signed unit size="sm" display="block" fw={500} />}
      </Box>
      <DateTime value={item.at} show="time" size="sm" c="dimmed" className={classes.time!} />
    </li>
  );
};

const Title = ({ item: { title, link } }: { item: TimelineItem }) => {
  if (link?.transactionId !== undefined) {
    return (
      <TextLink
        from="/$org/members/$memberId"
        to="/$org/members/$memberId/transactions/$transactionId"
        params={{ transactionId: String(link.transactionId) }}
        size="sm"
        fw={500}
        c="inherit"
      >
        {title}
      </TextLink>
    );
  }
  if (link?.eventNo !== undefined) {
    return (
      <TextLink
        from="/$org/members/$memberId"
        to="/$org/members/$memberId/loyalty"
        search={{ event: link.eventNo }}
        size="sm"
        fw={500}
        c="inherit"
      >
        {title}
      </TextLink>
    );
  }
  return (
    <Text size="sm" fw={500}>
      {title}
    </Text>
  );
};

const Waiting = () => (
  <Stack gap="lg" mt="lg">
    {[62, 48, 70, 40, 55].map((width) => (
      <Group key={width} wrap="nowrap" align="flex-start">
        <Skeleton circle h={30} />
        <Box style={{ flex: 1 }}>
          <Skeleton h={14} w={`${width}%`} />
          <Skeleton h={12} w={`${width / 2}%`} mt={8} />
        </Box>
      </Group>
    ))}
  </Stack>
);
