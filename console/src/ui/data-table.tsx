import { Box, Skeleton, Table, UnstyledButton } from "@mantine/core";
import { IconArrowDown, IconArrowUp } from "@tabler/icons-react";
import { Fragment, type ReactNode } from "react";
import type { Cell } from "./csv.ts";
import classes from "./data-table.module.css";
import { ErrorState } from "./states.tsx";

export interface Column<Row> {
  /** Stands in the head, before the value on narrow screens, and in the export. */
  header: string;
  cell: (row: Row) => ReactNode;
  /** The value in an export; a column without it is not exported. */
  csv?: (row: Row) => Cell;
  align?: "right";
  /** Name of the server's sort order. */
  sortKey?: string;
  width?: number | string;
  /** Heads the card that a row becomes on narrow screens. */
  leads?: boolean;
  /** Left out where space is short. */
  wideOnly?: boolean;
}

export interface Sort {
  by: string;
  order: "asc" | "desc";
}

export interface DataTableProps<Row> {
  /** What the table holds, for those who cannot see it. */
  label: string;
  columns: Column<Row>[];
  rows: Row[] | undefined;
  rowKey: (row: Row) => string | number;
  error?: unknown;
  onRetry?: () => void;
  /** Shown instead of the table when there is no row. */
  empty: ReactNode;
  sort?: Sort;
  onSort?: (sort: Sort) => void;
  /** A newer page is on its way; the old one stays, faded. */
  stale?: boolean;
  skeletonRows?: number;
  /** More of a row, below it. */
  detail?: (row: Row) => ReactNode;
}

/** Rows of a list. A link in the leading column covers its whole row, so a row opens like a link does. */
export const DataTable = <Row,>(props: DataTableProps<Row>) => {
  const { label, columns, rows, rowKey, error, onRetry, empty, stale, skeletonRows = 8, detail } = props;
  if (error !== undefined && error !== null && rows === undefined) {
    return (
      <Box p="lg">
        <ErrorState error={error} {...(onRetry ? { onRetry } : {})} />
      </Box>
    );
  }
  if (rows?.length === 0) return <>{empty}</>;
  return (
    // A region that scrolls must be reachable by keyboard.
    // biome-ignore lint/a11y/noNoninteractiveTabindex: see above.
    <section className={classes.scroll} tabIndex={0} aria-label={label}>
      <Table
        className={classes.table!}
        data-stale={stale || undefined}
        aria-busy={rows === undefined || stale}
        role="table"
      >
        <Table.Thead role="rowgroup" className={classes.head!}>
          <Table.Tr role="row">
            {columns.map((column) => (
              <HeadCell key={column.header} column={column} {...props} />
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody role="rowgroup">
          {rows === undefined ? (
            <SkeletonRows columns={columns.length} rows={skeletonRows} />
          ) : (
            rows.map((row) => (
              <Fragment key={rowKey(row)}>
                <Table.Tr role="row" className={classes.row!}>
                  {columns.map((column) => (
                    <Table.Td
                      key={column.header}
                      role="cell"
                      data-label={column.header}
                      data-leads={column.leads || undefined}
                      data-wide-only={column.wideOnly || undefined}
                      data-align={column.align}
                      className={classes.cell!}
                    >
                      {column.cell(row)}
                    </Table.Td>
                  ))}
                </Table.Tr>
                {detail?.(row)}
              </Fragment>
            ))
          )}
        </Table.Tbody>
      </Table>
    </section>
  );
};

const HeadCell = <Row,>({ column, sort, onSort }: DataTableProps<Row> & { column: Column<Row> }) => {
  const { sortKey } = column;
  const sorted = sortKey !== undefined && sort?.by === sortKey ? sort.order : undefined;
  const ariaSort = sorted === "asc" ? "ascending" : sorted === "desc" ? "descending" : undefined;
  return (
    <Table.Th
      role="columnheader"
      scope="col"
      data-align={column.align}
      data-wide-only={column.wideOnly || undefined}
      className={classes.th!}
      {...(column.width === undefined ? {} : { w: column.width })}
      {...(ariaSort ? { "aria-sort": ariaSort } : {})}
    >
      {sortKey !== undefined && onSort ? (
        <UnstyledButton
          className={classes.sort!}
          onClick={() => onSort({ by: sortKey, order: sorted === "asc" ? "desc" : "asc" })}
        >
          {column.header}
          {sorted === "desc" ? (
            <IconArrowDown size={13} aria-hidden />
          ) : (
            <IconArrowUp size={13} aria-hidden className={sorted ? undefined : classes.unsorted} />
          )}
        </UnstyledButton>
      ) : (
        column.header
      )}
    </Table.Th>
  );
};

const WIDTHS = [70, 45, 60, 35, 50, 40];

const SkeletonRows = ({ columns, rows }: { columns: number; rows: number }) =>
  Array.from({ length: rows }, (_, row) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: placeholders have no identity.
    <Table.Tr key={row} role="row" className={classes.row!}>
      {Array.from({ length: columns }, (_, column) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: placeholders have no identity.
        <Table.Td key={column} role="cell" className={classes.cell!} data-wide-only={column > 2 || undefined}>
          <Skeleton h={14} my={3} w={`${WIDTHS[(row + column) % WIDTHS.length]}%`} miw={24} />
        </Table.Td>
      ))}
    </Table.Tr>
  ));
