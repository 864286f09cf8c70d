import { Button } from "@mantine/core";
import { IconDownload } from "@tabler/icons-react";
import { useState } from "react";
import { saveBlob } from "../api/client.ts";
import { type Cell, csvText } from "./csv.ts";
import type { Column } from "./data-table.tsx";
import { tell, tellError } from "./notify.ts";

/** A person's browser can hold this many rows; whoever needs more asks the server for a file. */
const MAX_ROWS = 10_000;

interface PageOf<Row> {
  items: Row[];
  next: string | null;
}

/** Reads all pages, up to MAX_ROWS rows. */
const readAll = async <Row,>(fetchPage: (after: string | undefined) => Promise<PageOf<Row>>) => {
  const rows: Row[] = [];
  let after: string | undefined;
  do {
    const page = await fetchPage(after);
    rows.push(...page.items);
    after = page.next ?? undefined;
  } while (after !== undefined && rows.length < MAX_ROWS);
  return { rows, complete: after === undefined };
};

/** Saves what a list shows, over all its pages and with its filters, as CSV. */
export const ExportButton = <Row,>({
  name,
  columns,
  fetchPage,
}: {
  /** Of the file, without its ending. */
  name: string;
  columns: Column<Row>[];
  fetchPage: (after: string | undefined) => Promise<PageOf<Row>>;
}) => {
  const [busy, setBusy] = useState(false);
  const save = async () => {
    setBusy(true);
    try {
      const { rows, complete } = await readAll(fetchPage);
      const exported = columns.filter(({ csv }) => csv !== undefined);
      const lines: Cell[][] = rows.map((row) => exported.map(({ csv }) => csv?.(row)));
      const text = csvText([exported.map(({ header }) => header), ...lines]);
      saveBlob(new Blob([text], { type: "text/csv;charset=utf-8" }), `${name}.csv`);
      tell(
        complete
          ? `Saved ${rows.length} rows.`
          : `Saved the first ${rows.length} rows. Filter the list for the rest.`,
      );
    } catch (error) {
      tellError(error);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Button
      variant="default"
      loading={busy}
      leftSection={<IconDownload size={16} stroke={1.5} aria-hidden />}
      onClick={() => void save()}
    >
      Export
    </Button>
  );
};
