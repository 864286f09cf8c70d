import { Box, Progress, Text } from "@mantine/core";
import type { ReactNode } from "react";
import type { WhatIf } from "../api/types.ts";
import { DateTime } from "../ui/amounts.tsx";
import { type Column, DataTable } from "../ui/data-table.tsx";
import { useFormat } from "../ui/format-context.tsx";
import { TextLink } from "../ui/links.tsx";
import { StatusBadge } from "../ui/status-badge.tsx";
import { isUnderWay } from "./queries.ts";
import { comparedText, periodText, runShare, runTone, runWord, triedText } from "./run-words.ts";

const Period = ({ run }: { run: WhatIf }) => <>{periodText(useFormat(), run)}</>;
const Count = ({ value }: { value: number }) => <>{useFormat().number(value)}</>;

const COLUMNS: Column<WhatIf>[] = [
  {
    header: "What was tried",
    leads: true,
    cell: (run) => (
      <div>
        <TextLink
          from="/$org"
          to="/$org/loyalty/$programId/what-if/$runId"
          params={{ programId: String(run.programId), runId: String(run.id) }}
          className="row-link"
          c="inherit"
          fw={500}
          underline="never"
        >
          {triedText(run)}
        </TextLink>
        <Text size="xs" c="dimmed">
          {run.programName}, beside {comparedText(run).toLowerCase()}
        </Text>
      </div>
    ),
  },
  {
    header: "State",
    cell: (run) => (
      <Box miw={110}>
        <StatusBadge tone={runTone(run.status)}>{runWord(run.status)}</StatusBadge>
        {isUnderWay(run) && (
          <Progress value={runShare(run) * 100} size={4} mt={6} animated aria-label="Bills decided" />
        )}
      </Box>
    ),
  },
  { header: "Period", cell: (run) => <Period run={run} /> },
  { header: "Bills", align: "right", cell: ({ billsTotal }) => <Count value={billsTotal} /> },
  { header: "Asked for", cell: ({ createdAt }) => <DateTime value={createdAt} /> },
  { header: "By", wideOnly: true, cell: ({ startedBy }) => startedBy },
];

/** What-ifs with how far they are. */
export const RunTable = (props: {
  rows: WhatIf[] | undefined;
  error: unknown;
  onRetry: () => void;
  stale: boolean;
  empty: ReactNode;
}) => <DataTable label="What-ifs" columns={COLUMNS} rowKey={({ id }) => id} skeletonRows={3} {...props} />;
