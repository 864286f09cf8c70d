import { Button, Text, UnstyledButton, VisuallyHidden } from "@mantine/core";
import { IconChevronRight, IconCoin, IconFilter } from "@tabler/icons-react";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useState } from "react";
import type { LedgerEvent } from "../api/types.ts";
import { useOrganisation } from "../shell/organisation.ts";
import { DateTime, Money, Nothing, Points } from "../ui/amounts.tsx";
import { type Column, DataTable } from "../ui/data-table.tsx";
import { ExportButton } from "../ui/export-button.tsx";
import { TextLink } from "../ui/links.tsx";
import { ListFooter } from "../ui/list-footer.tsx";
import { Panel } from "../ui/panel.tsx";
import { EmptyState } from "../ui/states.tsx";
import { usePaging } from "../ui/use-paging.ts";
import { changesOf } from "./facts.ts";
import classes from "./ledger.module.css";
import { LedgerDetail } from "./ledger-detail.tsx";
import { LedgerFilters, useLedgerFilter } from "./ledger-filters.tsx";
import { placeOf, reasonOf, titleOf } from "./ledger-words.ts";
import { ledgerCall, ledgerEventQuery, ledgerQuery, PAGE_SIZE } from "./queries.ts";
import { StatementMenu } from "./statement-drawer.tsx";

const route = getRouteApi("/$org/members/$memberId/loyalty");

/** What an event was for: the bill, and why somebody did it by hand. */
const Reference = ({ event }: { event: LedgerEvent }) => {
  const { reference } = event;
  if (reference === null) return <Nothing />;
  const { transactionId, transactionNumber, amount } = reference;
  const why = reasonOf(reference);
  const bill = transactionNumber ?? transactionId;
  if (bill === undefined)
    return why === undefined ? (
      <Nothing />
    ) : (
      <Text span inherit lineClamp={2}>
        {why}
      </Text>
    );
  return (
    <span>
      {transactionId === undefined ? (
        bill
      ) : (
        <TextLink
          from="/$org/members/$memberId"
          to="/$org/members/$memberId/transactions/$transactionId"
          params={{ transactionId: String(transactionId) }}
          display="inline-block"
        >
          {bill}
        </TextLink>
      )}
      {amount !== undefined && (
        <Text span inherit c="dimmed">
          {" "}
          <Money value={event.eventName === "ReturnBill" ? -amount : amount} />
        </Text>
      )}
      {why !== undefined && (
        <Text span size="xs" c="dimmed" lineClamp={2}>
          {why}
        </Text>
      )}
    </span>
  );
};

/** What came to the regular points, as the balance counts them, and below it what came to others. */
const Change = ({ event }: { event: LedgerEvent }) => {
  const { regular, others } = changesOf(event);
  return (
    <span>
      {(regular !== 0 || others.length === 0) && <Points value={regular} signed fw={500} />}
      {others.map(({ kind, amount }) => (
        <Text key={kind} span display="block" size="xs" c="dimmed" className="amount">
          <Points value={amount} signed /> {kind}
        </Text>
      ))}
    </span>
  );
};

const columnsOf = (isOpen: (event: LedgerEvent) => boolean, toggle: (eventNo: number) => void) => {
  const columns: Column<LedgerEvent>[] = [
    {
      header: "What happened",
      leads: true,
      width: 240,
      cell: (event) => (
        <UnstyledButton
          className={`row-link ${classes.opener}`}
          aria-expanded={isOpen(event)}
          onClick={() => toggle(event.eventNo)}
          fw={500}
        >
          <IconChevronRight
            size={15}
            aria-hidden
            className={classes.chevron}
            data-open={isOpen(event) || undefined}
          />
          <span>
            {titleOf(event)}
            <VisuallyHidden> {event.reference?.transactionNumber}</VisuallyHidden>
            <Text span display="block" size="xs" c="dimmed" fw={400}>
              {placeOf(event)}
            </Text>
          </span>
        </UnstyledButton>
      ),
      csv: ({ label }) => label,
    },
    {
      header: "When",
      cell: ({ bookedAt }) => <DateTime value={bookedAt} />,
      csv: ({ bookedAt }) => bookedAt,
    },
    {
      header: "For",
      cell: (event) => <Reference event={event} />,
      csv: ({ reference }) => [reference?.transactionNumber, reasonOf(reference)].filter(Boolean).join(", "),
    },
    {
      header: "Points",
      align: "right",
      cell: (event) => <Change event={event} />,
      csv: (event) => changesOf(event).regular,
    },
    {
      header: "Balance",
      align: "right",
      cell: ({ balanceAfter }) => <Points value={balanceAfter} />,
      csv: ({ balanceAfter }) => balanceAfter,
    },
  ];
  return columns;
};

/** What the list shows below its points has a column of its own in the file. */
const OTHERS: Column<LedgerEvent> = {
  header: "Other kinds",
  cell: () => null,
  csv: (event) =>
    changesOf(event)
      .others.map(({ kind, amount }) => `${kind}: ${amount}`)
      .join("; "),
};

/** Every movement of points. A row opens to its entries, their legs and the lots that they opened or used. */
export const LedgerTable = () => {
  const { api } = useOrganisation();
  const { memberId } = route.useParams();
  const search = route.useSearch();
  const { filter, isNarrowed, clear } = useLedgerFilter();
  const { data, error, refetch, isPlaceholderData } = useQuery({
    ...ledgerQuery(api, memberId, { ...filter, after: search.after }),
    placeholderData: keepPreviousData,
  });
  const paging = usePaging(search);
  // The event of the address is shown first when it is on another page.
  const asked = search.event ?? 0;
  const isElsewhere = asked > 0 && data !== undefined && data.items.every(({ eventNo }) => eventNo !== asked);
  const { data: found } = useQuery({ ...ledgerEventQuery(api, memberId, asked), enabled: isElsewhere });
  const rows = isElsewhere && found !== undefined ? [...found.items, ...data.items] : data?.items;
  const [toggled, setToggled] = useState<ReadonlySet<number>>(new Set());
  // The event of the address is open until it is closed.
  const isOpen = ({ eventNo }: LedgerEvent) => toggled.has(eventNo) !== (search.event === eventNo);
  const toggle = (eventNo: number) =>
    setToggled(
      (before) =>
        new Set(before.has(eventNo) ? [...before].filter((no) => no !== eventNo) : [...before, eventNo]),
    );
  const columns = columnsOf(isOpen, toggle);
  return (
    <Panel
      title="Ledger"
      flush
      actions={
        <>
          <StatementMenu />
          <ExportButton
            name={`member-${memberId}-points`}
            columns={[...columns, OTHERS]}
            fetchPage={(after) =>
              api.get("/api/customers/{id}/ledger", ledgerCall(memberId, { ...filter, after }, 100))
            }
          />
        </>
      }
    >
      {(isNarrowed || data?.total !== 0) && <LedgerFilters />}
      <DataTable
        label="Ledger of points"
        columns={columns}
        rows={rows}
        rowKey={({ eventNo }) => eventNo}
        error={error}
        onRetry={() => void refetch()}
        stale={isPlaceholderData}
        detail={(event) => isOpen(event) && <LedgerDetail event={event} columns={columns.length} />}
        empty={isNarrowed ? <NoMatch onClear={clear} /> : NOTHING_MOVED}
      />
      <ListFooter list={data} paging={search} pageSize={PAGE_SIZE} {...paging} />
    </Panel>
  );
};

const NOTHING_MOVED = (
  <EmptyState icon={IconCoin} title="No points have moved yet" compact>
    A purchase that earns, a redemption or an expiry writes the first line.
  </EmptyState>
);

const NoMatch = ({ onClear }: { onClear: () => void }) => (
  <EmptyState
    icon={IconFilter}
    title="No movement matches"
    compact
    action={
      <Button variant="default" size="xs" onClick={onClear}>
        Show all movements
      </Button>
    }
  >
    Other days, kinds or places may have some.
  </EmptyState>
);
