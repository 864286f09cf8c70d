import { Button, Card, Group, Progress, SimpleGrid, Skeleton, Stack, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconDownload, IconMoodSmile, IconPlayerStop } from "@tabler/icons-react";
import { keepPreviousData, useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useState } from "react";
import { refresh } from "../api/query.ts";
import type { ImportRun, Rejection } from "../api/types.ts";
import { plainWords } from "../customers/names.ts";
import { useOrganisation } from "../shell/organisation.ts";
import { DateTime, Nothing } from "../ui/amounts.tsx";
import { ConfirmDialog } from "../ui/confirm-dialog.tsx";
import { type Column, DataTable } from "../ui/data-table.tsx";
import { bytesText } from "../ui/format.ts";
import { useFormat } from "../ui/format-context.tsx";
import { KeyValue } from "../ui/key-value.tsx";
import { TextLink } from "../ui/links.tsx";
import { ListFooter } from "../ui/list-footer.tsx";
import { tell, tellError } from "../ui/notify.ts";
import { Page } from "../ui/page.tsx";
import { Panel } from "../ui/panel.tsx";
import { EmptyState, ErrorState } from "../ui/states.tsx";
import { StatusBadge } from "../ui/status-badge.tsx";
import { usePaging } from "../ui/use-paging.ts";
import { importQuery, isUnderWay, PAGE_SIZE, rejectionsQuery } from "./queries.ts";
import {
  campaignOf,
  durationText,
  kindWords,
  runSeconds,
  runShare,
  runTone,
  summaryFacts,
} from "./run-words.ts";

const route = getRouteApi("/$org/activity/imports/$importId");

/** One import: how far it is, what became of its rows, and which were rejected and why. */
export const ImportPage = () => {
  const { api } = useOrganisation();
  const { importId } = route.useParams();
  const { data: run, error, refetch } = useQuery(importQuery(api, importId));
  if (error !== null && run === undefined) return <ErrorState error={error} onRetry={() => void refetch()} />;
  return (
    <Page
      title={run === undefined ? "Import" : (campaignOf(run)?.name ?? run.fileName)}
      description={run && kindWords(run.kind).description}
      width={1000}
      trail={[
        <TextLink key="activity" from="/$org" to="/$org/activity" size="sm">
          Activity
        </TextLink>,
      ]}
      actions={run && <StopButton run={run} />}
    >
      {run === undefined ? (
        <Skeleton h={260} radius="lg" />
      ) : (
        <Stack gap="md">
          <ProgressCard run={run} />
          <Rejections run={run} />
          <CampaignFacts run={run} />
          <Facts run={run} />
        </Stack>
      )}
    </Page>
  );
};

const StopButton = ({ run }: { run: ImportRun }) => {
  const { api, may } = useOrganisation();
  const queryClient = useQueryClient();
  const [opened, { open, close }] = useDisclosure(false);
  if (!isUnderWay(run) || !may("Import:write")) return null;
  const stop = async () => {
    await api.post("/api/imports/{id}/cancel", { params: { id: run.id }, body: {} });
    await refresh(queryClient, api, "/imports");
    tell("The import stops after the rows it is at.");
  };
  return (
    <>
      <Button
        variant="default"
        leftSection={<IconPlayerStop size={16} stroke={1.6} aria-hidden />}
        onClick={open}
      >
        Stop
      </Button>
      <ConfirmDialog
        opened={opened}
        onClose={close}
        onConfirm={stop}
        title="Stop this import?"
        action="Stop the import"
        dangerous
      >
        What was imported stays. The rest of the file is left out; importing the same file again goes over it
        without doing anything twice.
      </ConfirmDialog>
    </>
  );
};

const ProgressCard = ({ run }: { run: ImportRun }) => {
  const format = useFormat();
  const seconds = runSeconds(run, new Date());
  const setAside = Number(run.summary.rowsSetAside ?? 0);
  const counters: [string, number, boolean][] = [
    ["Rows read", run.rowsRead, false],
    ["Imported", run.rowsImported, false],
    ["Rejected", run.rowsRejected, run.rowsRejected > 0],
    ["Already there", run.rowsSkipped, false],
    ...(setAside > 0 ? [["Set aside", setAside, false] as [string, number, boolean]] : []),
  ];
  return (
    <Card>
      <Stack gap="md">
        <Group justify="space-between">
          <StatusBadge tone={runTone(run.status)}>{plainWords(run.status)}</StatusBadge>
          <Text size="sm" c="dimmed">
            {bytesText(run.status === "finished" ? run.bytesTotal : run.bytesRead)} of{" "}
            {bytesText(run.bytesTotal)}
            {seconds !== null && `, ${durationText(seconds)}`}
            {seconds !== null &&
              seconds >= 1 &&
              run.rowsRead > 0 &&
              `, ${format.number(Math.round(run.rowsRead / seconds))} rows a second`}
          </Text>
        </Group>
        <Progress
          value={runShare(run) * 100}
          size={8}
          animated={run.status === "running"}
          color={run.status === "failed" ? "clay" : run.status === "cancelled" ? "gold" : "pine"}
          aria-label="Share of the file that was worked through"
        />
        <SimpleGrid cols={{ base: 2, sm: counters.length }} aria-live="polite">
          {counters.map(([label, value, bad]) => (
            <div key={label}>
              <Text size="sm" c="dimmed">
                {label}
              </Text>
              <Text fz={20} fw={600} {...(bad ? { c: "var(--fealty-loss)" } : {})}>
                {format.number(value)}
              </Text>
            </div>
          ))}
        </SimpleGrid>
        {run.message && (
          <Text
            size="sm"
            {...(run.status === "failed" ? { c: "var(--fealty-loss)", role: "alert" } : { c: "dimmed" })}
          >
            {run.message}
          </Text>
        )}
      </Stack>
    </Card>
  );
};

const rowText = (row: unknown): string =>
  typeof row === "string" ? row : Array.isArray(row) ? row.join(", ") : JSON.stringify(row);

const LineNumber = ({ value }: { value: number }) => <>{useFormat().number(value)}</>;

const REJECTED: Column<Rejection>[] = [
  { header: "Line", leads: true, width: 90, cell: ({ line }) => <LineNumber value={line} /> },
  { header: "Column", width: 150, cell: ({ field }) => field || <Nothing /> },
  { header: "Why", cell: ({ reason }) => reason },
  {
    header: "Row",
    wideOnly: true,
    cell: ({ row }) => (
      <Text size="xs" ff="monospace" c="dimmed" lineClamp={2} maw={340} style={{ overflowWrap: "anywhere" }}>
        {rowText(row)}
      </Text>
    ),
  },
];

const Rejections = ({ run }: { run: ImportRun }) => {
  const { api } = useOrganisation();
  const search = route.useSearch();
  const paging = usePaging(search);
  const { data, error, refetch, isPlaceholderData } = useQuery({
    ...rejectionsQuery(api, run, search.after),
    placeholderData: keepPreviousData,
  });
  const [busy, setBusy] = useState(false);
  const save = async () => {
    setBusy(true);
    try {
      await api.download("/api/imports/{id}/rejections.csv", { id: run.id }, `${run.fileName}-rejected.csv`);
    } catch (reason) {
      tellError(reason);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Panel
      title="Rejected rows"
      description="Correct them in the file and import it again; rows that are in already are passed over"
      flush
      actions={
        run.rowsRejected > 0 && (
          <Button
            variant="default"
            loading={busy}
            leftSection={<IconDownload size={16} stroke={1.6} aria-hidden />}
            onClick={() => void save()}
          >
            Download
          </Button>
        )
      }
    >
      <DataTable
        label="Rejected rows"
        columns={REJECTED}
        rows={data?.items}
        rowKey={({ line, reason }) => `${line}:${reason}`}
        error={error}
        onRetry={() => void refetch()}
        stale={isPlaceholderData}
        skeletonRows={2}
        empty={<EmptyState icon={IconMoodSmile} title="No row was rejected" compact />}
      />
      <ListFooter list={data} paging={search} pageSize={PAGE_SIZE} {...paging} />
    </Panel>
  );
};

/** What a campaign gives, to whom at most, and why. */
const CampaignFacts = ({ run }: { run: ImportRun }) => {
  const format = useFormat();
  const campaign = campaignOf(run);
  if (campaign === null) return null;
  const { name, reason, promotionName, points, budget, mostPerCustomer, expiresOn } = campaign;
  const pointsText = (value: number) => `${format.points(value)} points`;
  const given = pointsText(run.summary.pointsGiven);
  return (
    <Panel title="The campaign">
      <KeyValue
        items={[
          { label: "Campaign", value: name },
          { label: "Reason", value: reason },
          { label: "Points each", value: points === undefined ? "As each row says" : pointsText(points) },
          {
            label: "Budget",
            value: budget === undefined ? "No limit" : `${given} of ${pointsText(budget)} given`,
          },
          ...(mostPerCustomer === undefined
            ? []
            : [{ label: "Most for one member", value: pointsText(mostPerCustomer) }]),
          {
            label: "Last day",
            value:
              expiresOn === undefined
                ? "As the program says"
                : expiresOn === "never"
                  ? "Never expires"
                  : `${format.chartDay(expiresOn)} ${expiresOn.slice(0, 4)}`,
          },
          ...(promotionName === undefined ? [] : [{ label: "Promotion", value: promotionName }]),
        ]}
      />
    </Panel>
  );
};

const Facts = ({ run }: { run: ImportRun }) => {
  const format = useFormat();
  return (
    <Panel title="About this import">
      <KeyValue
        items={[
          { label: "File", value: run.fileName },
          { label: "Started", value: run.startedAt && <DateTime value={run.startedAt} /> },
          { label: "By", value: run.startedBy },
          { label: "Finished", value: run.finishedAt && <DateTime value={run.finishedAt} /> },
          ...summaryFacts(run).map(({ label, value }) => ({
            label,
            value: format.number(value),
          })),
        ]}
      />
    </Panel>
  );
};
