import {
  Alert,
  Button,
  Card,
  Group,
  Select,
  SimpleGrid,
  Skeleton,
  Stack,
  Text,
  TextInput,
} from "@mantine/core";
import { IconHistory, IconPlayerPlay } from "@tabler/icons-react";
import { keepPreviousData, useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useState } from "react";
import { ApiError } from "../api/errors.ts";
import type { Program } from "../api/programs.ts";
import { refresh } from "../api/query.ts";
import { programQuery } from "../loyalty/queries.ts";
import { useOrganisation } from "../shell/organisation.ts";
import { CheckedForm } from "../ui/checked-form.tsx";
import { TextLink } from "../ui/links.tsx";
import { ListFooter } from "../ui/list-footer.tsx";
import { Page } from "../ui/page.tsx";
import { Panel } from "../ui/panel.tsx";
import { EmptyState, ErrorState } from "../ui/states.tsx";
import { usePaging } from "../ui/use-paging.ts";
import { PAGE_SIZE, whatIfsQuery } from "./queries.ts";
import { RunTable } from "./run-table.tsx";

const route = getRouteApi("/$org/loyalty/$programId/what-if");

/** Tries a draft or a version over the bills of the past, and finds earlier tries. */
export const TryPage = () => {
  const { api, may } = useOrganisation();
  const { programId } = route.useParams();
  const { data: program, error, refetch } = useQuery(programQuery(api, programId));
  if (error !== null && program === undefined)
    return <ErrorState error={error} onRetry={() => void refetch()} />;
  return (
    <Page
      title="Try over the past"
      description="Replays the bills of a period under other rules, and tells what it would have cost and for whom it would have been more or less. Nothing is changed."
      width={1000}
      trail={[
        <TextLink key="programs" from="/$org" to="/$org/loyalty" size="sm">
          Loyalty
        </TextLink>,
        <TextLink
          key="program"
          from="/$org/loyalty/$programId/what-if"
          to="/$org/loyalty/$programId"
          size="sm"
        >
          {program?.name ?? "Program"}
        </TextLink>,
      ]}
    >
      {program === undefined ? (
        <Skeleton h={240} radius="lg" />
      ) : (
        <Stack gap="md">
          {may("Program:write") && <TryForm key={program.id} program={program} />}
          <Runs program={program} />
        </Stack>
      )}
    </Page>
  );
};

const IN_FORCE = "in force";

const TryForm = ({ program }: { program: Program }) => {
  const { api } = useOrganisation();
  const queryClient = useQueryClient();
  const navigate = route.useNavigate();
  const versions = program.versions.map(({ version }) => ({
    value: String(version),
    label: `Version ${version}`,
  }));
  const subjects = [...(program.draft ? [{ value: "draft", label: "The draft" }] : []), ...versions];
  const [subject, setSubject] = useState(subjects[0]?.value ?? "");
  const [compareWith, setCompareWith] = useState(IN_FORCE);
  const [from, setFrom] = useState("");
  const [to, setTo] = useState("");
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<{ field: string | null; message: string } | null>(null);
  if (subjects.length === 0)
    return (
      <Alert variant="light" color="gold" title="Nothing to try yet">
        Keep a draft of the program first.
      </Alert>
    );
  const start = async () => {
    setBusy(true);
    setFailure(null);
    try {
      const { id } = await api.post("/api/programs/{id}/what-ifs", {
        params: { id: program.id },
        body: {
          ...(subject === "draft" ? { subject } : { subject: "version", version: Number(subject) }),
          ...(compareWith === IN_FORCE ? {} : { compareWith: Number(compareWith) }),
          ...(from === "" ? {} : { from }),
          ...(to === "" ? {} : { to }),
        },
      });
      await refresh(queryClient, api, "/what-ifs");
      await navigate({ to: "/$org/loyalty/$programId/what-if/$runId", params: { runId: String(id) } });
    } catch (error) {
      setFailure({
        field: error instanceof ApiError ? error.field : null,
        message: error instanceof Error ? error.message : "It could not be started.",
      });
    } finally {
      setBusy(false);
    }
  };
  const errorOf = (field: string) => (failure?.field === field ? failure.message : undefined);
  const isGeneral = failure !== null && failure.field !== "from" && failure.field !== "to";
  return (
    <Panel title="Try">
      <CheckedForm
        onSubmit={(event) => {
          event.preventDefault();
          void start();
        }}
      >
        <Stack gap="md">
          {isGeneral && (
            <Text c="var(--fealty-loss)" size="sm" role="alert">
              {failure.message}
            </Text>
          )}
          <SimpleGrid cols={{ base: 1, xs: 2 }}>
            <Select
              label="What"
              data={subjects}
              value={subject}
              onChange={(value) => value !== null && setSubject(value)}
              allowDeselect={false}
            />
            <Select
              label="Beside"
              data={[{ value: IN_FORCE, label: "What was in force" }, ...versions]}
              value={compareWith}
              onChange={(value) => value !== null && setCompareWith(value)}
              allowDeselect={false}
            />
            <TextInput
              type="date"
              label="From"
              description="Empty: twelve months before the end"
              value={from}
              error={errorOf("from")}
              onChange={({ currentTarget }) => setFrom(currentTarget.value)}
            />
            <TextInput
              type="date"
              label="To"
              description="Empty: the end of the newest full month with bills"
              value={to}
              error={errorOf("to")}
              onChange={({ currentTarget }) => setTo(currentTarget.value)}
            />
          </SimpleGrid>
          <Group justify="flex-end">
            <Button
              type="submit"
              loading={busy}
              leftSection={<IconPlayerPlay size={16} stroke={1.6} aria-hidden />}
            >
              Try it
            </Button>
          </Group>
        </Stack>
      </CheckedForm>
    </Panel>
  );
};

const Runs = ({ program }: { program: Program }) => {
  const { api } = useOrganisation();
  const search = route.useSearch();
  const paging = usePaging(search);
  const { data, error, refetch, isPlaceholderData } = useQuery({
    ...whatIfsQuery(api, String(program.id), search.after),
    placeholderData: keepPreviousData,
  });
  return (
    <Card padding={0}>
      <RunTable
        rows={data?.items}
        error={error}
        onRetry={() => void refetch()}
        stale={isPlaceholderData}
        empty={
          <EmptyState icon={IconHistory} title="Nothing was tried yet" compact>
            The newest twenty tries of the organisation are kept.
          </EmptyState>
        }
      />
      <ListFooter list={data} paging={search} pageSize={PAGE_SIZE} {...paging} />
    </Card>
  );
};
