import { Group, SegmentedControl, Skeleton, Title } from "@mantine/core";
import { IconChartLine } from "@tabler/icons-react";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useCallback } from "react";
import { useOrganisation } from "../shell/organisation.ts";
import { Chart, type Inks } from "../ui/chart.tsx";
import { areaSeries, timeChart } from "../ui/chart-options.ts";
import { useFormat } from "../ui/format-context.tsx";
import { EmptyState, ErrorState } from "../ui/states.tsx";
import { balanceHistoryQuery } from "./queries.ts";

const route = getRouteApi("/$org/members/$memberId/loyalty");

const DEFAULT_DAYS = "90";
const HEIGHT = 190;

/** The balance at the end of each day. */
export const BalanceChart = () => {
  const { api } = useOrganisation();
  const { memberId } = route.useParams();
  const { days = DEFAULT_DAYS } = route.useSearch();
  const format = useFormat();
  const { data, error, refetch } = useQuery({
    ...balanceHistoryQuery(api, memberId, days),
    placeholderData: keepPreviousData,
  });
  const items = data?.items;
  const option = useCallback(
    (inks: Inks) =>
      timeChart(
        inks,
        {
          dates: (items ?? []).map(({ date }) => date),
          axis: format.compact,
          tip: format.points,
          format,
        },
        [
          areaSeries(
            "Balance",
            (items ?? []).map(({ balance }) => balance),
            inks.series[0],
            true,
          ),
        ],
      ),
    [items, format],
  );
  const last = items?.at(-1);
  const isFlat = items?.every(({ balance }) => balance === 0);
  return (
    <div>
      <Group justify="space-between" mb="sm" gap="sm">
        <Title order={3} size="h4">
          Balance over time
        </Title>
        <Days />
      </Group>
      {error !== null && items === undefined ? (
        <ErrorState error={error} onRetry={() => void refetch()} />
      ) : items === undefined ? (
        <Skeleton h={HEIGHT} radius="md" />
      ) : last === undefined || isFlat ? (
        <EmptyState icon={IconChartLine} title={`No points in the last ${days} days`} compact />
      ) : (
        <Chart
          option={option}
          height={HEIGHT}
          description={`Points balance over the last ${days} days, now ${format.points(last.balance)}`}
          table={{
            head: ["Date", "Balance"],
            rows: items.map(({ date, balance }) => [format.chartDay(date), format.points(balance)]),
          }}
        />
      )}
    </div>
  );
};

const Days = () => {
  const { days = DEFAULT_DAYS } = route.useSearch();
  const navigate = route.useNavigate();
  return (
    <SegmentedControl
      size="xs"
      aria-label="Days shown"
      value={days}
      onChange={(value) =>
        void navigate({
          search: (previous) => ({
            ...previous,
            days: value === DEFAULT_DAYS ? undefined : (value as "30"),
          }),
          replace: true,
          resetScroll: false,
        })
      }
      data={[
        { value: "30", label: "30 d" },
        { value: DEFAULT_DAYS, label: "90 d" },
        { value: "365", label: "1 y" },
      ]}
    />
  );
};
