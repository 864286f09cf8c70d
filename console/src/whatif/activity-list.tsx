import { Card, Stack } from "@mantine/core";
import { IconHistory } from "@tabler/icons-react";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { ActivityTabs } from "../activity/activity-tabs.tsx";
import { useOrganisation } from "../shell/organisation.ts";
import { ListFooter } from "../ui/list-footer.tsx";
import { Page } from "../ui/page.tsx";
import { EmptyState } from "../ui/states.tsx";
import { usePaging } from "../ui/use-paging.ts";
import { PAGE_SIZE, whatIfsQuery } from "./queries.ts";
import { RunTable } from "./run-table.tsx";

const route = getRouteApi("/$org/activity/what-ifs");

/** Tries of all programs; those under way are followed. */
export const WhatIfActivity = () => {
  const { api } = useOrganisation();
  const search = route.useSearch();
  const paging = usePaging(search);
  const { data, error, refetch, isPlaceholderData } = useQuery({
    ...whatIfsQuery(api, undefined, search.after),
    placeholderData: keepPreviousData,
  });
  return (
    <Page
      title="Activity"
      description="Long work goes on while you do something else, and is found again here."
    >
      <Stack gap="lg">
        <ActivityTabs />
        <Card padding={0}>
          <RunTable
            rows={data?.items}
            error={error}
            onRetry={() => void refetch()}
            stale={isPlaceholderData}
            empty={
              <EmptyState icon={IconHistory} title="Nothing was tried yet">
                Open a program and try its draft over the past: what it would have cost, and for whom.
              </EmptyState>
            }
          />
          <ListFooter list={data} paging={search} pageSize={PAGE_SIZE} {...paging} />
        </Card>
      </Stack>
    </Page>
  );
};
