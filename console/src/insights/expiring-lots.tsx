import { Card, Drawer, FocusTrap, Group, Stack, Text } from "@mantine/core";
import { IconHourglass } from "@tabler/icons-react";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import type { ExpiringLot, Liability } from "../api/types.ts";
import { plainWords } from "../customers/names.ts";
import { useOrganisation } from "../shell/organisation.ts";
import { DateTime, Nothing, Points } from "../ui/amounts.tsx";
import { type Column, DataTable } from "../ui/data-table.tsx";
import { ExportButton } from "../ui/export-button.tsx";
import { useFormat } from "../ui/format-context.tsx";
import { TextLink } from "../ui/links.tsx";
import { ListFooter } from "../ui/list-footer.tsx";
import { EmptyState } from "../ui/states.tsx";
import { usePaging } from "../ui/use-paging.ts";
import { expiringLotsQuery, LOTS_PAGE, lotsCall } from "./queries.ts";

const route = getRouteApi("/$org/insights/liability");

const Owner = ({ customerId, name }: ExpiringLot) =>
  customerId === null ? (
    <Text span inherit c="dimmed">
      Nobody yet
    </Text>
  ) : (
    <TextLink
      from="/$org"
      to="/$org/members/$memberId/loyalty"
      params={{ memberId: String(customerId) }}
      className="row-link"
      c="inherit"
      fw={500}
      underline="never"
    >
      {name || `Member ${customerId}`}
    </TextLink>
  );

const COLUMNS: Column<ExpiringLot>[] = [
  {
    header: "Member",
    leads: true,
    cell: (lot) => <Owner {...lot} />,
    csv: ({ name, customerId }) => name || customerId,
  },
  {
    header: "Left",
    align: "right",
    cell: ({ remaining }) => <Points value={remaining} />,
    csv: ({ remaining }) => remaining,
  },
  {
    header: "Of",
    align: "right",
    wideOnly: true,
    cell: ({ amount }) => <Points value={amount} />,
    csv: ({ amount }) => amount,
  },
  {
    header: "Program",
    wideOnly: true,
    cell: ({ programName, category }) =>
      category === "REGULAR" ? programName : `${programName} · ${plainWords(category)}`,
    csv: ({ programName, category }) => `${programName} ${category}`,
  },
  {
    header: "Until",
    cell: ({ expiresAt }) => (expiresAt ? <DateTime value={expiresAt} show="date" /> : <Nothing />),
    csv: ({ expiresAt }) => expiresAt,
  },
];

/** The open lots behind a month of expiry, with the members who hold them. */
export const ExpiringLots = ({ report, month }: { report: Liability; month: string }) => {
  const { api } = useOrganisation();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const format = useFormat();
  const { data, error, refetch, isPlaceholderData } = useQuery({
    ...expiringLotsQuery(api, search, month, report.currencyId, search),
    placeholderData: keepPreviousData,
  });
  const paging = usePaging(search);
  const expiry = report.expiry.find((item) => (item.month ?? "never") === month);
  const total = expiry?.lots ?? 0;
  const close = () =>
    void navigate({
      search: (previous) => ({ ...previous, lots: undefined, after: undefined, page: undefined }),
      resetScroll: false,
    });
  const title = month === "never" ? "Points that never expire" : `Points ending in ${format.chartDay(month)}`;
  return (
    <Drawer
      opened
      onClose={close}
      size={720}
      padding="lg"
      title={title}
      closeButtonProps={{ "aria-label": "Close" }}
      transitionProps={{ duration: 120 }}
      styles={{ title: { fontWeight: 600, fontSize: 18 } }}
    >
      <FocusTrap.InitialFocus />
      <Stack gap="md">
        <Group justify="space-between">
          <Text c="dimmed" size="sm">
            {expiry &&
              `${format.points(expiry.points)} ${report.currency}${expiry.money === null ? "" : `, worth ${format.money(expiry.money)}`}`}
          </Text>
          <ExportButton
            name={`expiring-${month}`}
            columns={COLUMNS}
            fetchPage={(after) =>
              api.get("/api/insights/liability/lots", {
                query: { ...lotsCall(search, month, report.currencyId, 100), after },
              })
            }
          />
        </Group>
        <Card padding={0}>
          <DataTable
            label={title}
            columns={COLUMNS}
            rows={data?.items}
            rowKey={({ customerId, eventNo, lineNo }) => `${customerId} ${eventNo} ${lineNo}`}
            error={error}
            onRetry={() => void refetch()}
            stale={isPlaceholderData}
            empty={<EmptyState icon={IconHourglass} title="No open lots" compact />}
          />
          <ListFooter
            list={data && { ...data, total: Math.max(total, data.items.length) }}
            paging={search}
            pageSize={LOTS_PAGE}
            {...paging}
          />
        </Card>
      </Stack>
    </Drawer>
  );
};
