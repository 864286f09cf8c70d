import { Card, Stack } from "@mantine/core";
import { IconInbox } from "@tabler/icons-react";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import type { SetAsideItem } from "../api/types.ts";
import { plainWords } from "../customers/names.ts";
import { useOrganisation } from "../shell/organisation.ts";
import { DateTime, Money, Nothing } from "../ui/amounts.tsx";
import { type Column, DataTable } from "../ui/data-table.tsx";
import { ExportButton } from "../ui/export-button.tsx";
import { ListFooter } from "../ui/list-footer.tsx";
import { Page } from "../ui/page.tsx";
import { EmptyState } from "../ui/states.tsx";
import { usePaging } from "../ui/use-paging.ts";
import { ActivityTabs } from "./activity-tabs.tsx";
import { PAGE_SIZE, setAsideQuery } from "./queries.ts";

const route = getRouteApi("/$org/activity/set-aside");

const COLUMNS: Column<SetAsideItem>[] = [
  {
    header: "Bill",
    leads: true,
    cell: ({ billNumber }) => billNumber ?? <Nothing />,
    csv: ({ billNumber }) => billNumber,
  },
  { header: "Kind", cell: ({ kind }) => plainWords(kind), csv: ({ kind }) => kind },
  {
    header: "Billed",
    cell: ({ billedAt }) => <DateTime value={billedAt} />,
    csv: ({ billedAt }) => billedAt,
  },
  { header: "Why", cell: ({ reason }) => reason, csv: ({ reason }) => reason },
  {
    header: "Amount",
    align: "right",
    cell: ({ amount }) => <Money value={amount} />,
    csv: ({ amount }) => amount,
  },
];

/** Bills that were kept but count towards nothing yet, so that none is lost. */
export const SetAside = () => {
  const { api, organisation } = useOrganisation();
  const search = route.useSearch();
  const { data, error, refetch, isPlaceholderData } = useQuery({
    ...setAsideQuery(api, search.after),
    placeholderData: keepPreviousData,
  });
  const paging = usePaging(search);
  return (
    <Page
      title="Activity"
      description="Returns and corrections that are kept whole until they can be decided. They count towards nothing yet."
      actions={
        <ExportButton
          name={`${organisation.code}-set-aside`}
          columns={COLUMNS}
          fetchPage={(after) => api.get("/api/set-aside", { query: { after, limit: 100 } })}
        />
      }
    >
      <Stack gap="lg">
        <ActivityTabs />
        <Card padding={0}>
          <DataTable
            label="Bills set aside"
            columns={COLUMNS}
            rows={data?.items}
            rowKey={({ id }) => id}
            error={error}
            onRetry={() => void refetch()}
            stale={isPlaceholderData}
            empty={
              <EmptyState icon={IconInbox} title="Nothing is set aside">
                Every bill that came in was decided.
              </EmptyState>
            }
          />
          <ListFooter list={data} paging={search} pageSize={PAGE_SIZE} {...paging} />
        </Card>
      </Stack>
    </Page>
  );
};
