import { Text } from "@mantine/core";
import { IconReceipt } from "@tabler/icons-react";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { getRouteApi, Outlet } from "@tanstack/react-router";
import type { TransactionSummary } from "../api/types.ts";
import { useOrganisation } from "../shell/organisation.ts";
import { DateTime, Money, Nothing, Points } from "../ui/amounts.tsx";
import { type Column, DataTable } from "../ui/data-table.tsx";
import { ExportButton } from "../ui/export-button.tsx";
import { TextLink } from "../ui/links.tsx";
import { ListFooter } from "../ui/list-footer.tsx";
import { Panel } from "../ui/panel.tsx";
import { EmptyState } from "../ui/states.tsx";
import { usePaging } from "../ui/use-paging.ts";
import { ClaimMissing } from "./claim-missing.tsx";
import { signedAmount } from "./facts.ts";
import { plainWords } from "./names.ts";
import { PAGE_SIZE, transactionsQuery } from "./queries.ts";

const route = getRouteApi("/$org/members/$memberId/transactions");

const COLUMNS: Column<TransactionSummary>[] = [
  {
    header: "Bill",
    leads: true,
    cell: ({ id, number, type }) => (
      <>
        <TextLink
          from="/$org/members/$memberId"
          to="/$org/members/$memberId/transactions/$transactionId"
          params={{ transactionId: String(id) }}
          search={(previous) => previous}
          resetScroll={false}
          className="row-link"
          c="inherit"
          fw={500}
          underline="never"
        >
          {number}
        </TextLink>
        {type !== "REGULAR" && (
          <Text span inherit c="dimmed">
            {" "}
            {plainWords(type)}
          </Text>
        )}
      </>
    ),
    csv: ({ number }) => number,
  },
  {
    header: "Billed",
    cell: ({ billedAt }) => <DateTime value={billedAt} />,
    csv: ({ billedAt }) => billedAt,
  },
  { header: "Store", cell: ({ store }) => store?.name ?? <Nothing />, csv: ({ store }) => store?.name },
  {
    header: "Till",
    wideOnly: true,
    cell: ({ till }) => till?.code ?? <Nothing />,
    csv: ({ till }) => till?.code,
  },
  {
    header: "Lines",
    align: "right",
    wideOnly: true,
    cell: ({ lineCount }) => lineCount,
    csv: ({ lineCount }) => lineCount,
  },
  {
    header: "Amount",
    align: "right",
    cell: (bill) => <Money value={signedAmount(bill)} />,
    csv: (bill) => signedAmount(bill),
  },
  {
    header: "Points",
    align: "right",
    cell: ({ points }) => <Points value={points} signed fw={500} />,
    csv: ({ points }) => points,
  },
];

/** The member's bills; one opens beside the list. */
export const TransactionsTab = () => {
  const { api } = useOrganisation();
  const { memberId } = route.useParams();
  const search = route.useSearch();
  const { data, error, refetch, isPlaceholderData } = useQuery({
    ...transactionsQuery(api, memberId, search.after),
    placeholderData: keepPreviousData,
  });
  const paging = usePaging(search);
  return (
    <>
      <Panel
        title="Transactions"
        flush
        actions={
          <>
            <ClaimMissing memberId={memberId} />
            <ExportButton
              name={`member-${memberId}-transactions`}
              columns={COLUMNS}
              fetchPage={(after) =>
                api.get("/api/customers/{id}/transactions", {
                  params: { id: memberId },
                  query: { after, limit: 100 },
                })
              }
            />
          </>
        }
      >
        <DataTable
          label="Transactions"
          columns={COLUMNS}
          rows={data?.items}
          rowKey={({ id }) => id}
          error={error}
          onRetry={() => void refetch()}
          stale={isPlaceholderData}
          empty={
            <EmptyState icon={IconReceipt} title="No purchases yet">
              Bills appear when a till, the API or an import sends them with one of this member’s identifiers.
            </EmptyState>
          }
        />
        <ListFooter list={data} paging={search} pageSize={PAGE_SIZE} {...paging} />
      </Panel>
      <Outlet />
    </>
  );
};
