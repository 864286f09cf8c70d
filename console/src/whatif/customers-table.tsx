import { SegmentedControl, Text } from "@mantine/core";
import { IconLock, IconUsers } from "@tabler/icons-react";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import type { WhatIf, WhatIfCustomer } from "../api/types.ts";
import { useOrganisation } from "../shell/organisation.ts";
import { Money, Nothing, Points } from "../ui/amounts.tsx";
import { type Column, DataTable, type Sort } from "../ui/data-table.tsx";
import { TextLink } from "../ui/links.tsx";
import { ListFooter } from "../ui/list-footer.tsx";
import { Panel } from "../ui/panel.tsx";
import { EmptyState } from "../ui/states.tsx";
import { usePaging } from "../ui/use-paging.ts";
import { type CustomerFilter, customersQuery, PAGE_SIZE } from "./queries.ts";

const route = getRouteApi("/$org/loyalty/$programId/what-if/$runId");

const Tier = ({ row: { tierCompared, tierTried } }: { row: WhatIfCustomer }) => {
  if (tierTried === null) return <Nothing />;
  if (tierTried === tierCompared || tierCompared === null) return <>{tierTried}</>;
  return (
    <Text span inherit fw={500}>
      {tierTried}{" "}
      <Text span inherit c="dimmed" fw={400}>
        instead of {tierCompared}
      </Text>
    </Text>
  );
};

const COLUMNS: Column<WhatIfCustomer>[] = [
  {
    header: "Member",
    leads: true,
    cell: ({ customerId, name }) => (
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
    ),
  },
  { header: "Bills", align: "right", wideOnly: true, cell: ({ bills }) => bills },
  {
    header: "Amount",
    align: "right",
    wideOnly: true,
    sortKey: "amount",
    cell: ({ amount }) => <Money value={amount} />,
  },
  {
    header: "Compared",
    align: "right",
    sortKey: "compared",
    cell: ({ compared }) => <Points value={compared} />,
  },
  { header: "Tried", align: "right", sortKey: "tried", cell: ({ tried }) => <Points value={tried} /> },
  {
    header: "Difference",
    align: "right",
    sortKey: "difference",
    cell: ({ difference }) => <Points value={difference} signed fw={500} />,
  },
  { header: "Tier", cell: (row) => <Tier row={row} /> },
];

/** What it is for each member: those with the most to gain first, or as one likes. */
export const CustomersTable = ({ run }: { run: WhatIf }) => {
  const { api, may } = useOrganisation();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const paging = usePaging(search);
  const isAllowed = may("Customer:read");
  const { data, error, refetch, isPlaceholderData } = useQuery({
    ...customersQuery(api, run.id, search),
    placeholderData: keepPreviousData,
    enabled: isAllowed,
  });
  const set = (change: CustomerFilter) =>
    void navigate({
      search: (previous) => ({ ...previous, ...change, after: undefined, page: undefined }),
      replace: true,
      resetScroll: false,
    });
  const sort: Sort = { by: search.sort ?? "difference", order: search.order ?? "desc" };
  return (
    <Panel
      title="Members"
      description="Points of all categories, net of returns"
      flush
      actions={
        isAllowed && (
          <SegmentedControl
            size="xs"
            aria-label="Which members"
            value={search.only ?? "all"}
            onChange={(only) =>
              set({ only: only === "all" ? undefined : (only as NonNullable<CustomerFilter["only"]>) })
            }
            data={[
              { value: "all", label: "All" },
              { value: "winners", label: "More" },
              { value: "losers", label: "Less" },
            ]}
          />
        )
      }
    >
      {isAllowed ? (
        <>
          <DataTable
            label="Members of the what-if"
            columns={COLUMNS}
            rows={data?.items}
            rowKey={({ customerId }) => customerId}
            error={error}
            onRetry={() => void refetch()}
            sort={sort}
            onSort={({ by, order }) => set({ sort: by as NonNullable<CustomerFilter["sort"]>, order })}
            stale={isPlaceholderData}
            empty={<EmptyState icon={IconUsers} title="Nobody" compact />}
          />
          <ListFooter list={data} paging={search} pageSize={PAGE_SIZE} {...paging} />
        </>
      ) : (
        <EmptyState icon={IconLock} title="Members are not for your role" compact />
      )}
    </Panel>
  );
};
