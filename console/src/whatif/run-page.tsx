import { Button, Card, Group, Menu, Progress, Skeleton, Stack, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconChevronDown, IconDownload, IconPlayerStop } from "@tabler/icons-react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { refresh } from "../api/query.ts";
import type { WhatIf } from "../api/types.ts";
import { useOrganisation } from "../shell/organisation.ts";
import { DateTime } from "../ui/amounts.tsx";
import { ConfirmDialog } from "../ui/confirm-dialog.tsx";
import { useFormat } from "../ui/format-context.tsx";
import { TextLink } from "../ui/links.tsx";
import { tell, tellError } from "../ui/notify.ts";
import { Page } from "../ui/page.tsx";
import { ErrorState } from "../ui/states.tsx";
import { StatusBadge } from "../ui/status-badge.tsx";
import { isUnderWay, resultQuery, whatIfQuery } from "./queries.ts";
import { ResultView } from "./result-view.tsx";
import { comparedText, periodText, runShare, runTone, runWord, triedText } from "./run-words.ts";

const route = getRouteApi("/$org/loyalty/$programId/what-if/$runId");

/** One what-if: how far it is, and what it came to. */
export const RunPage = () => {
  const { api } = useOrganisation();
  const format = useFormat();
  const { programId, runId } = route.useParams();
  const { data: run, error, refetch } = useQuery(whatIfQuery(api, runId));
  if (error !== null && run === undefined) return <ErrorState error={error} onRetry={() => void refetch()} />;
  return (
    <Page
      title={run === undefined ? "What-if" : `${triedText(run)} over the past`}
      description={
        run && (
          <>
            {run.programName}, {periodText(format, run)}, beside {comparedText(run).toLowerCase()}. Asked for
            by {run.startedBy} <DateTime value={run.createdAt} />
          </>
        )
      }
      trail={[
        <TextLink key="programs" from="/$org" to="/$org/loyalty" size="sm">
          Loyalty
        </TextLink>,
        <TextLink
          key="tries"
          from="/$org"
          to="/$org/loyalty/$programId/what-if"
          params={{ programId }}
          size="sm"
        >
          Try over the past
        </TextLink>,
      ]}
      actions={run && (isUnderWay(run) ? <StopButton run={run} /> : <Export run={run} />)}
    >
      {run === undefined ? (
        <Skeleton h={260} radius="lg" />
      ) : run.status === "finished" ? (
        <Result run={run} />
      ) : (
        <ProgressCard run={run} />
      )}
    </Page>
  );
};

const Result = ({ run }: { run: WhatIf }) => {
  const { api } = useOrganisation();
  const { data, error, refetch } = useQuery(resultQuery(api, run.id));
  if (error !== null && data === undefined)
    return <ErrorState error={error} onRetry={() => void refetch()} />;
  return <ResultView run={run} result={data} />;
};

const ProgressCard = ({ run }: { run: WhatIf }) => {
  const format = useFormat();
  return (
    <Card>
      <Stack gap="md">
        <Group justify="space-between">
          <StatusBadge tone={runTone(run.status)}>{runWord(run.status)}</StatusBadge>
          <Text size="sm" c="dimmed" aria-live="polite">
            {format.number(run.billsDone)} of {format.number(run.billsTotal)} bills of{" "}
            {format.number(run.customersTotal)} members
          </Text>
        </Group>
        <Progress
          value={runShare(run) * 100}
          size={8}
          animated={run.status === "running"}
          color={run.status === "failed" ? "clay" : run.status === "cancelled" ? "gold" : "pine"}
          aria-label="Share of the bills that were decided"
        />
        {isUnderWay(run) && (
          <Text size="sm" c="dimmed">
            It goes on when you leave, and is found again under Activity.
          </Text>
        )}
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

const StopButton = ({ run }: { run: WhatIf }) => {
  const { api, may } = useOrganisation();
  const queryClient = useQueryClient();
  const [opened, { open, close }] = useDisclosure(false);
  if (!may("Program:write")) return null;
  const stop = async () => {
    await api.post("/api/what-ifs/{id}/cancel", { params: { id: run.id }, body: {} });
    await refresh(queryClient, api, "/what-ifs");
    tell("It stops, and nothing of it is kept.");
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
        title="Stop this try?"
        action="Stop it"
        dangerous
      >
        Nothing of it is kept. The same can be tried again.
      </ConfirmDialog>
    </>
  );
};

type File = { path: "customers"; part?: undefined } | { path: "result"; part: "rules" | "months" };

const Export = ({ run }: { run: WhatIf }) => {
  const { api, may } = useOrganisation();
  const { only, sort, order } = route.useSearch();
  const save = useMutation({
    mutationFn: (file: File) =>
      file.path === "customers"
        ? api.download(
            "/api/what-ifs/{id}/customers.csv",
            { id: run.id },
            `what-if-${run.id}-customers.csv`,
            { only, sort, order },
          )
        : api.download(
            "/api/what-ifs/{id}/result.csv",
            { id: run.id },
            `what-if-${run.id}-${file.part}.csv`,
            {
              part: file.part,
            },
          ),
    onError: tellError,
  });
  if (run.status !== "finished") return null;
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <Button
          variant="default"
          loading={save.isPending}
          leftSection={<IconDownload size={16} stroke={1.5} aria-hidden />}
          rightSection={<IconChevronDown size={14} aria-hidden />}
        >
          Export
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {may("Customer:read") && (
          <Menu.Item onClick={() => save.mutate({ path: "customers" })}>Members (CSV)</Menu.Item>
        )}
        <Menu.Item onClick={() => save.mutate({ path: "result", part: "rules" })}>Rules (CSV)</Menu.Item>
        <Menu.Item onClick={() => save.mutate({ path: "result", part: "months" })}>Months (CSV)</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
};
