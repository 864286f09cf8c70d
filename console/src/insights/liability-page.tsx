import { Button, Grid, Group, Menu, Select, SimpleGrid, Stack } from "@mantine/core";
import { IconChevronDown, IconDownload, IconFilterOff, IconLock } from "@tabler/icons-react";
import { keepPreviousData, useMutation, useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import type { Liability } from "../api/types.ts";
import { CATEGORIES, plainWords } from "../customers/names.ts";
import { programsQuery } from "../loyalty/queries.ts";
import { useOrganisation } from "../shell/organisation.ts";
import { DateTime } from "../ui/amounts.tsx";
import type { Format } from "../ui/format.ts";
import { useFormat } from "../ui/format-context.tsx";
import { monthsBack } from "../ui/months.ts";
import { tellError } from "../ui/notify.ts";
import { Page } from "../ui/page.tsx";
import { StatCard } from "../ui/stat-card.tsx";
import { EmptyState, ErrorState } from "../ui/states.tsx";
import { ExpiringLots } from "./expiring-lots.tsx";
import { ExpiryChart, MovementsChart, OutstandingChart } from "./liability-charts.tsx";
import { expiringWithin, netRedeemed, thousandths } from "./liability-figures.ts";
import { AccountsTable, ExpiryTable } from "./liability-tables.tsx";
import { type LiabilityFilter, liabilityCall, liabilityQuery } from "./queries.ts";

const route = getRouteApi("/$org/insights/liability");

/** What the organisation owes its members in points, how it came to that, and when it ends. */
export const LiabilityPage = () => {
  const { api, may } = useOrganisation();
  const { after: _after, page: _page, lots, ...filter } = route.useSearch();
  const { data, error, refetch, isPlaceholderData } = useQuery({
    ...liabilityQuery(api, filter),
    placeholderData: keepPreviousData,
    enabled: may("Insights:read"),
  });
  if (!may("Insights:read")) {
    return (
      <Page title="Liability">
        <EmptyState icon={IconLock} title="No figures for your role">
          Your role does not include reports. The areas that you may use are on the left.
        </EmptyState>
      </Page>
    );
  }
  return (
    <Page
      title="Liability"
      description={
        data ? (
          <>
            What members hold, how it moved and when it ends. As of <DateTime value={data.asOf} />
          </>
        ) : (
          "What members hold, how it moved and when it ends."
        )
      }
      actions={<Export filter={filter} report={data} />}
    >
      <Filters filter={filter} report={data} />
      {error !== null && data === undefined ? (
        <ErrorState error={error} onRetry={() => void refetch()} />
      ) : (
        <div
          style={{ opacity: isPlaceholderData ? 0.55 : 1, transition: "opacity 120ms" }}
          aria-busy={data === undefined || isPlaceholderData}
        >
          <Figures report={data} />
          <Grid gap="md" mt="md">
            <Grid.Col span={12}>
              <MovementsChart report={data} />
            </Grid.Col>
            <Grid.Col span={{ base: 12, md: 6 }}>
              <OutstandingChart report={data} />
            </Grid.Col>
            <Grid.Col span={{ base: 12, md: 6 }}>
              <ExpiryChart report={data} />
            </Grid.Col>
          </Grid>
          <Stack gap="md" mt="md">
            <AccountsTable report={data} stale={isPlaceholderData} />
            <ExpiryTable report={data} stale={isPlaceholderData} />
          </Stack>
        </div>
      )}
      {data !== undefined && lots !== undefined && <ExpiringLots report={data} month={lots} />}
    </Page>
  );
};

const MONTHS_OFFERED = 60;

const Filters = ({ filter, report }: { filter: LiabilityFilter; report: Liability | undefined }) => {
  const { api, may } = useOrganisation();
  const navigate = route.useNavigate();
  const format = useFormat();
  const programs = useQuery({ ...programsQuery(api), enabled: may("Program:read") });
  const set = (change: LiabilityFilter) =>
    void navigate({
      search: (previous) => ({ ...previous, ...change, lots: undefined, after: undefined, page: undefined }),
      replace: true,
      resetScroll: false,
    });
  const thisMonth = format.dayOf(new Date()).slice(0, 7);
  const monthOption = (month: string) => ({ value: month, label: format.chartDay(month) });
  const offered = monthsBack(thisMonth, MONTHS_OFFERED);
  const withChosen = (month: string | undefined) =>
    month === undefined || offered.includes(month) ? offered : [...offered, month];
  const currencies = new Map(
    report?.accounts.map(({ currencyId, currency }) => [String(currencyId), currency]),
  );
  if (filter.currency !== undefined && !currencies.has(filter.currency))
    currencies.set(filter.currency, report?.currency ?? filter.currency);
  const isNarrowed = Object.values(filter).some((value) => value !== undefined);
  return (
    <Group gap="sm" align="flex-end">
      <Select
        label="From"
        w={130}
        data={withChosen(report?.from).map(monthOption)}
        value={filter.from ?? report?.from ?? null}
        onChange={(from) => set({ from: from ?? undefined })}
        allowDeselect={false}
      />
      <Select
        label="To"
        w={130}
        data={withChosen(report?.to).map(monthOption)}
        value={filter.to ?? report?.to ?? null}
        onChange={(to) => set({ to: to ?? undefined })}
        allowDeselect={false}
      />
      <Select
        label="Program"
        w={190}
        placeholder="All programs"
        clearable
        clearButtonProps={{ "aria-label": "All programs" }}
        data={(programs.data?.items ?? []).map(({ id, name }) => ({ value: String(id), label: name }))}
        value={filter.program ?? null}
        onChange={(program) => set({ program: program ?? undefined })}
      />
      {(currencies.size > 1 || filter.currency !== undefined) && (
        <Select
          label="Currency"
          w={150}
          data={[...currencies].map(([value, name]) => ({ value, label: plainWords(name) }))}
          value={filter.currency ?? "0"}
          onChange={(currency) => set({ currency: currency ?? undefined })}
          allowDeselect={false}
        />
      )}
      <Select
        label="Category"
        w={160}
        placeholder="All categories"
        clearable
        clearButtonProps={{ "aria-label": "All categories" }}
        data={CATEGORIES.map((category) => ({ value: category, label: plainWords(category) }))}
        value={filter.category ?? null}
        onChange={(category) => set({ category: (category ?? undefined) as LiabilityFilter["category"] })}
      />
      {isNarrowed && (
        <Button
          variant="subtle"
          leftSection={<IconFilterOff size={16} stroke={1.5} aria-hidden />}
          onClick={() =>
            set({
              from: undefined,
              to: undefined,
              program: undefined,
              currency: undefined,
              category: undefined,
            })
          }
        >
          Clear
        </Button>
      )}
    </Group>
  );
};

const heldText = ({ now, currency }: Liability, format: Format): string => {
  if (now.debt > 0) return `${format.points(now.openLots)} in lots, ${format.points(now.debt)} owed back`;
  return now.money === null ? currency : `${format.points(now.outstanding)} ${currency}`;
};

const Figures = ({ report }: { report: Liability | undefined }) => {
  const format = useFormat();
  const months = report?.months;
  const soon = report && expiringWithin(report.expiry, format.dayOf(report.asOf).slice(0, 7), 3);
  const total = report?.total;
  const share = (part: number) =>
    total === undefined || total.issued === 0
      ? ""
      : `${format.percent(part / total.issued).replace("+", "")} of issued`;
  const redeemed = total && thousandths(netRedeemed(total));
  return (
    <SimpleGrid cols={{ base: 1, xs: 2, md: 3, lg: 5 }} spacing="md">
      <StatCard
        label="Outstanding now"
        value={
          report &&
          (report.now.money === null ? format.points(report.now.outstanding) : format.money(report.now.money))
        }
        detail={report && heldText(report, format)}
        {...(months ? { series: months.map(({ outstanding }) => outstanding) } : {})}
        color="var(--fealty-chart-1)"
        fromZero={false}
      />
      <StatCard
        label="Issued"
        value={total && format.points(total.issued)}
        detail={total && `${format.points(total.returned)} taken back by returns`}
        {...(months ? { series: months.map(({ issued }) => issued) } : {})}
        color="var(--fealty-chart-2)"
      />
      <StatCard
        label="Redeemed"
        value={redeemed === undefined ? undefined : format.points(redeemed)}
        detail={
          total &&
          redeemed !== undefined &&
          (total.reversed === 0 ? share(redeemed) : `${format.points(total.reversed)} given back`)
        }
        {...(months ? { series: months.map((month) => netRedeemed(month)) } : {})}
        color="var(--fealty-chart-1)"
      />
      <StatCard
        label="Expired"
        value={total && format.points(total.expired)}
        detail={total && share(total.expired)}
        {...(months ? { series: months.map(({ expired }) => expired) } : {})}
        color="var(--fealty-chart-4)"
      />
      <StatCard
        label="Expiring soon"
        value={soon === undefined ? undefined : format.points(soon)}
        detail="within three months"
        {...(report ? { series: report.expiry.slice(0, 12).map(({ points }) => points) } : {})}
        color="var(--fealty-chart-4)"
      />
    </SimpleGrid>
  );
};

/** Saves the report as the server writes it, to the thousandth, with the filters of the page. */
const Export = ({ filter, report }: { filter: LiabilityFilter; report: Liability | undefined }) => {
  const { api } = useOrganisation();
  const save = useMutation({
    mutationFn: (part: "movements" | "expiry") =>
      api.download(
        "/api/insights/liability.csv",
        {},
        `liability-${part}-${report?.from}-to-${report?.to}.csv`,
        { ...liabilityCall(filter), part },
      ),
    onError: tellError,
  });
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <Button
          variant="default"
          loading={save.isPending}
          disabled={report === undefined}
          leftSection={<IconDownload size={16} stroke={1.5} aria-hidden />}
          rightSection={<IconChevronDown size={14} aria-hidden />}
        >
          Export
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item onClick={() => save.mutate("movements")}>Movements by month (CSV)</Menu.Item>
        <Menu.Item onClick={() => save.mutate("expiry")}>When points expire (CSV)</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
};
