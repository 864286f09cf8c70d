import { Box, Card, Progress, Stack, Text } from "@mantine/core";
import { IconFileImport, IconUpload } from "@tabler/icons-react";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import type { ImportRun } from "../api/types.ts";
import { plainWords } from "../customers/names.ts";
import { useOrganisation } from "../shell/organisation.ts";
import { DateTime, Nothing } from "../ui/amounts.tsx";
import { type Column, DataTable } from "../ui/data-table.tsx";
import { useFormat } from "../ui/format-context.tsx";
import { ButtonLink, TextLink } from "../ui/links.tsx";
import { ListFooter } from "../ui/list-footer.tsx";
import { Page } from "../ui/page.tsx";
import { EmptyState } from "../ui/states.tsx";
import { StatusBadge } from "../ui/status-badge.tsx";
import { usePaging } from "../ui/use-paging.ts";
import { ActivityTabs } from "./activity-tabs.tsx";
import { importsQuery, isUnderWay, PAGE_SIZE } from "./queries.ts";
import { campaignOf, kindWords, runShare, runTone } from "./run-words.ts";

const route = getRouteApi("/$org/activity/");

const Count = ({ value }: { value: number }) => <>{useFormat().number(value)}</>;

const State = ({ run }: { run: ImportRun }) => (
  <Box miw={110}>
    <StatusBadge tone={runTone(run.status)}>{plainWords(run.status)}</StatusBadge>
    {isUnderWay(run) && (
      <Progress
        value={runShare(run) * 100}
        size={4}
        mt={6}
        animated
        aria-label={`Progress of ${run.fileName}`}
      />
    )}
  </Box>
);

/** Why a campaign gives points, how many, and with what budget. */
const CampaignLine = ({ run }: { run: ImportRun }) => {
  const format = useFormat();
  const campaign = campaignOf(run);
  if (campaign === null) return null;
  const { reason, points, budget } = campaign;
  return [
    reason,
    points !== undefined && `${format.points(points)} points each`,
    budget !== undefined && `budget ${format.points(budget)}`,
  ]
    .filter(Boolean)
    .join(" · ");
};

const COLUMNS: Column<ImportRun>[] = [
  {
    header: "What",
    leads: true,
    cell: (run) => (
      <div>
        <TextLink
          from="/$org"
          to="/$org/activity/imports/$importId"
          params={{ importId: String(run.id) }}
          className="row-link"
          c="inherit"
          fw={500}
          underline="never"
        >
          {campaignOf(run)?.name ?? run.fileName}
        </TextLink>
        <Text size="xs" c="dimmed">
          {kindWords(run.kind).title}
          {campaignOf(run) !== null && ` · ${run.fileName}`}
        </Text>
        <Text size="xs" c="dimmed" lineClamp={1} maw={320}>
          <CampaignLine run={run} />
        </Text>
      </div>
    ),
  },
  { header: "State", cell: (run) => <State run={run} /> },
  { header: "Read", align: "right", cell: ({ rowsRead }) => <Count value={rowsRead} /> },
  { header: "Imported", align: "right", cell: ({ rowsImported }) => <Count value={rowsImported} /> },
  {
    header: "Rejected",
    align: "right",
    cell: ({ rowsRejected }) => (
      <Text inherit span {...(rowsRejected > 0 ? { c: "var(--fealty-loss)", fw: 500 } : {})}>
        <Count value={rowsRejected} />
      </Text>
    ),
  },
  { header: "Started", cell: ({ startedAt }) => (startedAt ? <DateTime value={startedAt} /> : <Nothing />) },
  { header: "By", wideOnly: true, cell: ({ startedBy }) => startedBy ?? <Nothing /> },
];

/** Files that were imported or are being imported; those under way are followed. */
export const ImportList = () => {
  const { api, may } = useOrganisation();
  const search = route.useSearch();
  const { data, error, refetch, isPlaceholderData } = useQuery({
    ...importsQuery(api, search.after),
    placeholderData: keepPreviousData,
  });
  const paging = usePaging(search);
  const start = may("Import:write") && (
    <ButtonLink
      from="/$org"
      to="/$org/activity/new"
      leftSection={<IconUpload size={16} stroke={1.6} aria-hidden />}
    >
      Import a file
    </ButtonLink>
  );
  return (
    <Page
      title="Activity"
      description="Long work goes on while you do something else, and is found again here."
      actions={start}
    >
      <Stack gap="lg">
        <ActivityTabs />
        <Card padding={0}>
          <DataTable
            label="Imports"
            columns={COLUMNS}
            rows={data?.items}
            rowKey={({ id }) => id}
            error={error}
            onRetry={() => void refetch()}
            stale={isPlaceholderData}
            skeletonRows={4}
            empty={
              <EmptyState icon={IconFileImport} title="Nothing was imported yet" action={start}>
                Bring members or their purchases from a CSV file. Rows that do not fit are told, with their
                line, and the rest goes in.
              </EmptyState>
            }
          />
          <ListFooter list={data} paging={search} pageSize={PAGE_SIZE} {...paging} />
        </Card>
      </Stack>
    </Page>
  );
};
