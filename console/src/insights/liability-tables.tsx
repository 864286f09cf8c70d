import { Button, Group } from "@mantine/core";
import { IconCoins, IconHourglass } from "@tabler/icons-react";
import { getRouteApi } from "@tanstack/react-router";
import { useState } from "react";
import type { Liability } from "../api/types.ts";
import type { CategoryName } from "../customers/names.ts";
import { plainWords } from "../customers/names.ts";
import { Money, Points } from "../ui/amounts.tsx";
import { type Column, DataTable } from "../ui/data-table.tsx";
import { useFormat } from "../ui/format-context.tsx";
import { TextLink } from "../ui/links.tsx";
import { Panel } from "../ui/panel.tsx";
import { EmptyState } from "../ui/states.tsx";
import { netRedeemed, otherMovements, thousandths } from "./liability-figures.ts";

const route = getRouteApi("/$org/insights/liability");

type Account = Liability["accounts"][number];
type Expiry = Liability["expiry"][number];

/** The report narrowed to one account group. */
const AccountLink = ({ programId, programName, currencyId, category }: Account) => (
  <TextLink
    from="/$org/insights/liability"
    to="/$org/insights/liability"
    search={(previous) => ({
      ...previous,
      program: String(programId),
      currency: String(currencyId),
      category: category as CategoryName,
    })}
    className="row-link"
    c="inherit"
    fw={500}
    underline="never"
  >
    {programName || `Program ${programId}`}
  </TextLink>
);

const ACCOUNTS: Column<Account>[] = [
  { header: "Program", leads: true, cell: (row) => <AccountLink {...row} /> },
  { header: "Currency", cell: ({ currency }) => plainWords(currency) },
  { header: "Category", cell: ({ category }) => plainWords(category) },
  {
    header: "Before",
    align: "right",
    wideOnly: true,
    cell: (row) => <Points value={row.outstandingBefore} />,
  },
  { header: "Issued", align: "right", cell: ({ issued }) => <Points value={issued} /> },
  { header: "Redeemed", align: "right", cell: (row) => <Points value={thousandths(netRedeemed(row))} /> },
  { header: "Expired", align: "right", cell: ({ expired }) => <Points value={expired} /> },
  { header: "Returned", align: "right", wideOnly: true, cell: ({ returned }) => <Points value={returned} /> },
  {
    header: "Other",
    align: "right",
    wideOnly: true,
    cell: (row) => <Points value={thousandths(otherMovements(row))} />,
  },
  {
    header: "Outstanding",
    align: "right",
    cell: ({ outstanding }) => <Points value={outstanding} fw={500} />,
  },
  { header: "Value", align: "right", cell: ({ money }) => <Money value={money} /> },
];

/** Accounts that something is or was in; all of them where there is no such. */
const usedOf = (accounts: Account[]): Account[] => {
  const used = accounts.filter(({ programId, currencyId, money, ...figures }) =>
    Object.values(figures).some((figure) => typeof figure === "number" && figure !== 0),
  );
  return used.length === 0 ? accounts : used;
};

/** By program, currency and category; a row narrows the whole page to itself. */
export const AccountsTable = ({ report, stale }: { report: Liability | undefined; stale: boolean }) => (
  <Panel
    title="By program, currency and category"
    description="Over the months chosen. Open a row for its charts and for when its points expire"
    flush
  >
    <DataTable
      label="Liability by program, currency and category"
      columns={ACCOUNTS}
      rows={report && usedOf(report.accounts)}
      rowKey={({ programId, currencyId, category }) => `${programId} ${currencyId} ${category}`}
      stale={stale}
      skeletonRows={3}
      empty={
        <EmptyState icon={IconCoins} title="No points yet" compact>
          Accounts appear with the first member.
        </EmptyState>
      }
    />
  </Panel>
);

const MonthLink = ({ month }: { month: string | null }) => {
  const format = useFormat();
  return (
    <TextLink
      from="/$org/insights/liability"
      to="/$org/insights/liability"
      search={(previous) => ({ ...previous, lots: month ?? "never", after: undefined, page: undefined })}
      resetScroll={false}
      className="row-link"
      c="inherit"
      fw={500}
      underline="never"
    >
      {month === null ? "Never" : format.chartDay(month)}
    </TextLink>
  );
};

const Count = ({ value }: { value: number }) => <>{useFormat().number(value)}</>;

const EXPIRY: Column<Expiry>[] = [
  { header: "Expire in", leads: true, cell: ({ month }) => <MonthLink month={month} /> },
  { header: "Points", align: "right", cell: ({ points }) => <Points value={points} /> },
  { header: "Value", align: "right", cell: ({ money }) => <Money value={money} /> },
  { header: "Lots", align: "right", cell: ({ lots }) => <Count value={lots} /> },
];

const SHOWN_FIRST = 8;

/** The same as the chart of expiry, in figures; a month opens the lots and members behind it. */
export const ExpiryTable = ({ report, stale }: { report: Liability | undefined; stale: boolean }) => {
  const [all, setAll] = useState(false);
  const { lots } = route.useSearch();
  const rows = report?.expiry;
  const hidden = rows !== undefined && !all ? Math.max(0, rows.length - SHOWN_FIRST) : 0;
  return (
    <Panel title="When points expire" description="Open a month for the members who hold them" flush>
      <DataTable
        label="Expiring points by month"
        columns={EXPIRY}
        rows={hidden > 0 ? rows?.slice(0, SHOWN_FIRST) : rows}
        rowKey={({ month }) => month ?? "never"}
        stale={stale && lots === undefined}
        skeletonRows={4}
        empty={
          <EmptyState icon={IconHourglass} title="No open points" compact>
            Each award of points opens a lot with an expiry of its own.
          </EmptyState>
        }
      />
      {hidden > 0 && (
        <Group justify="center" py="sm" style={{ borderTop: "1px solid var(--fealty-line)" }}>
          <Button variant="subtle" size="xs" onClick={() => setAll(true)}>
            Show {hidden} more
          </Button>
        </Group>
      )}
    </Panel>
  );
};
