import { Card, Grid, Group, SegmentedControl, SimpleGrid, Text, ThemeIcon } from "@mantine/core";
import { IconInbox, IconLock } from "@tabler/icons-react";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useMemo } from "react";
import { apiQuery } from "../api/query.ts";
import type { Home, Period } from "../api/types.ts";
import { useOrganisation } from "../shell/organisation.ts";
import { DateTime, Money } from "../ui/amounts.tsx";
import { changeShare, counted, type Format } from "../ui/format.ts";
import { useFormat } from "../ui/format-context.tsx";
import { TextLink } from "../ui/links.tsx";
import { Page } from "../ui/page.tsx";
import { StatCard } from "../ui/stat-card.tsx";
import { EmptyState, ErrorState } from "../ui/states.tsx";
import { LiabilityChart, MembersChart, PointsChart, PurchasesChart } from "./home-charts.tsx";
import { TierBars, TopStores } from "./home-lists.tsx";
import classes from "./home-page.module.css";
import { withMonths } from "./months.ts";
import { DEFAULT_PERIOD } from "./routes.ts";

const route = getRouteApi("/$org/");

const PERIOD_NAMES: { value: Period; label: string }[] = [
  { value: "today", label: "Today" },
  { value: "7d", label: "7 days" },
  { value: "30d", label: "30 days" },
  { value: "12m", label: "12 months" },
];

/** How the organisation is doing: members, purchases, points and what they are worth. */
export const HomePage = () => {
  const { organisation, api, may, userName } = useOrganisation();
  const { period = DEFAULT_PERIOD } = route.useSearch();
  const navigate = route.useNavigate();
  const { data, error, refetch, isPlaceholderData } = useQuery({
    ...apiQuery(api, "/api/insights/home", { query: { period } }),
    placeholderData: keepPreviousData,
    refetchInterval: 60_000,
    enabled: may("Insights:read"),
  });
  const home = useMemo(() => data && withMonths(data), [data]);

  if (!may("Insights:read")) {
    return (
      <Page title={`Welcome, ${userName}`}>
        <EmptyState icon={IconLock} title="No figures for your role">
          Your role does not include reports. The areas that you may use are on the left.
        </EmptyState>
      </Page>
    );
  }
  return (
    <Page
      title={organisation.name}
      description={
        data ? (
          <>
            As of <DateTime value={data.asOf} />
          </>
        ) : (
          " "
        )
      }
      actions={
        <SegmentedControl
          aria-label="Period"
          data={PERIOD_NAMES}
          value={period}
          onChange={(value) => void navigate({ search: { period: value as Period }, replace: true })}
        />
      }
    >
      {error !== null && data === undefined ? (
        <ErrorState error={error} onRetry={() => void refetch()} />
      ) : (
        <Figures home={home} stale={isPlaceholderData} />
      )}
    </Page>
  );
};

const Figures = ({ home, stale }: { home: Home | undefined; stale: boolean }) => (
  <div
    style={{ opacity: stale ? 0.55 : 1, transition: "opacity 120ms" }}
    aria-busy={home === undefined || stale}
  >
    {home && home.setAside.count > 0 && <SetAsideNotice setAside={home.setAside} />}
    <StatRow home={home} />
    <Grid gap="md" mt="md">
      <Grid.Col span={{ base: 12, lg: 8 }}>
        <PurchasesChart home={home} />
      </Grid.Col>
      <Grid.Col span={{ base: 12, lg: 4 }}>
        <TierBars home={home} />
      </Grid.Col>
      <Grid.Col span={{ base: 12, lg: 8 }}>
        <PointsChart home={home} />
      </Grid.Col>
      <Grid.Col span={{ base: 12, lg: 4 }}>
        <TopStores home={home} />
      </Grid.Col>
      {home?.members.series.length !== 1 && (
        <>
          <Grid.Col span={{ base: 12, md: 6 }}>
            <MembersChart home={home} />
          </Grid.Col>
          <Grid.Col span={{ base: 12, md: 6 }}>
            <LiabilityChart home={home} />
          </Grid.Col>
        </>
      )}
    </Grid>
  </div>
);

const SetAsideNotice = ({ setAside }: { setAside: Home["setAside"] }) => {
  const format = useFormat();
  return (
    <Card py="sm" mb="md">
      <Group gap="sm" wrap="nowrap">
        <ThemeIcon variant="light" color="gold" size={28} radius={1000} aria-hidden>
          <IconInbox size={16} stroke={1.7} />
        </ThemeIcon>
        <Text size="sm" style={{ flex: 1 }}>
          {format.number(setAside.count)} {counted(setAside.count, "bill is", "bills are")} set aside (
          <Money value={setAside.amount} />) and {counted(setAside.count, "counts", "count")} towards nothing
          yet.
        </Text>
        <TextLink from="/$org" to="/$org/activity/set-aside" size="sm">
          See which
        </TextLink>
      </Group>
    </Card>
  );
};

interface Stat {
  label: string;
  value: string;
  detail: string;
  change: number | null;
  /** What the change is of, where it is not of the figure. */
  changeOf?: string;
  series: number[];
  color: string;
  fromZero?: boolean;
}

const statsOf = ({ members, purchases, points, liability }: Home, format: Format): Stat[] => [
  {
    label: "Members",
    value: format.number(members.total),
    detail: `${format.number(members.new)} new in the period`,
    change: changeShare(members.new, members.previous?.new),
    changeOf: "new members",
    series: members.series.map(({ value }) => value),
    color: "var(--fealty-chart-3)",
  },
  {
    label: "Purchases",
    value: format.wholeMoney(purchases.net),
    detail: `${format.number(purchases.count)} ${counted(purchases.count, "bill")}${
      purchases.returns === 0 ? "" : `, ${format.wholeMoney(purchases.returned)} returned`
    }`,
    change: changeShare(purchases.net, purchases.previous?.net),
    series: purchases.series.map(({ net }) => net),
    color: "var(--fealty-chart-1)",
  },
  {
    label: "Points issued",
    value: format.points(points.issued),
    detail: points.returned === 0 ? "earned" : `${format.points(points.returned)} taken back by returns`,
    change: changeShare(points.issued, points.previous?.issued),
    series: points.series.map(({ issued }) => issued),
    color: "var(--fealty-chart-2)",
  },
  {
    label: "Points redeemed",
    value: format.points(points.redeemed),
    detail: `${format.points(points.expired)} expired`,
    change: changeShare(points.redeemed, points.previous?.redeemed),
    series: points.series.map(({ redeemed }) => redeemed),
    color: "var(--fealty-chart-4)",
  },
  {
    label: "Liability",
    value: liability.money === null ? format.points(liability.points) : format.wholeMoney(liability.money),
    detail: `${format.compact(liability.points)} points`,
    change: changeShare(liability.points, liability.previous?.points),
    series: liability.series.map(({ points: open }) => open),
    color: "var(--fealty-chart-3)",
    fromZero: false,
  },
];

const STAT_LABELS = ["Members", "Purchases", "Points issued", "Points redeemed", "Liability"];

const StatRow = ({ home }: { home: Home | undefined }) => {
  const format = useFormat();
  const stats: Partial<Stat>[] = home ? statsOf(home, format) : STAT_LABELS.map((label) => ({ label }));
  return (
    <SimpleGrid cols={{ base: 2, lg: 5 }} spacing="md" className={classes.stats!}>
      {stats.map(({ label = "", value, ...rest }) => (
        <StatCard key={label} label={label} value={value} {...rest} />
      ))}
    </SimpleGrid>
  );
};
