import { Button, Card, Checkbox, Group, Modal, Select, Stack, Text, Textarea } from "@mantine/core";
import { IconFileAlert } from "@tabler/icons-react";
import { keepPreviousData, useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useState } from "react";
import { refresh } from "../api/query.ts";
import type { RejectedItem } from "../api/types.ts";
import { useOrganisation } from "../shell/organisation.ts";
import { DateTime, Nothing } from "../ui/amounts.tsx";
import { type Column, DataTable } from "../ui/data-table.tsx";
import { ExportButton } from "../ui/export-button.tsx";
import { TextLink } from "../ui/links.tsx";
import { ListFooter } from "../ui/list-footer.tsx";
import { tell } from "../ui/notify.ts";
import { Page } from "../ui/page.tsx";
import { SearchBox } from "../ui/search-box.tsx";
import { EmptyState, ErrorState } from "../ui/states.tsx";
import { StatusBadge } from "../ui/status-badge.tsx";
import { usePaging } from "../ui/use-paging.ts";
import { ActivityTabs } from "./activity-tabs.tsx";
import { PAGE_SIZE, rejectedCall, rejectedQuery } from "./queries.ts";
import { isWaiting, REASONS, STATUSES, statusTone, statusWords } from "./rejected-words.ts";

const route = getRouteApi("/$org/activity/rejected");

const COLUMNS: Column<RejectedItem>[] = [
  {
    header: "Bill",
    leads: true,
    cell: ({ number, transactionId }) =>
      transactionId === null ? (
        <Text inherit fw={500} miw={110} style={{ overflowWrap: "anywhere" }}>
          {number || <Nothing />}
        </Text>
      ) : (
        <TextLink
          from="/$org"
          to="/$org/transactions/$transactionId"
          params={{ transactionId: String(transactionId) }}
        >
          {number}
        </TextLink>
      ),
    csv: ({ number }) => number,
  },
  {
    header: "Customer",
    cell: ({ customer, customerId }) =>
      customerId === null ? (
        customer || <Nothing />
      ) : (
        <TextLink from="/$org" to="/$org/members/$memberId" params={{ memberId: String(customerId) }}>
          {customer || `Member ${customerId}`}
        </TextLink>
      ),
    csv: ({ customer }) => customer,
  },
  {
    header: "Why",
    cell: ({ errors, comments }) => (
      <div>
        {errors.map(({ code, message, value, fixed }) => (
          <Text
            key={`${code} ${value} ${message}`}
            inherit
            {...(fixed ? { c: "dimmed", td: "line-through" } : {})}
          >
            {message}
          </Text>
        ))}
        {comments && (
          <Text size="xs" c="dimmed">
            {comments}
          </Text>
        )}
      </div>
    ),
    csv: ({ errors }) => errors.map(({ message }) => message).join(" "),
  },
  {
    header: "Amount",
    align: "right",
    cell: ({ amount }) => amount || <Nothing />,
    csv: ({ amount }) => amount,
  },
  {
    header: "Till",
    wideOnly: true,
    cell: ({ till }) => till ?? <Nothing />,
    csv: ({ till }) => till,
  },
  { header: "Came in", cell: ({ addedAt }) => <DateTime value={addedAt} />, csv: ({ addedAt }) => addedAt },
  {
    header: "Status",
    cell: ({ status }) => (
      <StatusBadge tone={statusTone(status)} miw="max-content">
        {statusWords(status)}
      </StatusBadge>
    ),
    csv: ({ status }) => status,
  },
];

/** Widths of a filter: on a phone all of the line. */
const FILTER = { base: "100%", sm: 200 };

/** Bills that are parked because of what they name: put right what they lack, then retry them, or write them off. */
export const Rejected = () => {
  const { api, may, organisation } = useOrganisation();
  const queryClient = useQueryClient();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const { data, error, refetch, isPlaceholderData } = useQuery({
    ...rejectedQuery(api, search),
    placeholderData: keepPreviousData,
  });
  const paging = usePaging(search);
  const [chosen, setChosen] = useState<ReadonlySet<number>>(new Set());
  const [isWriting, setWriting] = useState(false);
  const narrow = (change: Partial<typeof search>) => {
    setChosen(new Set());
    void navigate({ search: { ...search, after: undefined, page: undefined, ...change }, replace: true });
  };
  const waiting = (data?.items ?? []).filter(isWaiting);
  const ids = waiting.map(({ id }) => id).filter((id) => chosen.has(id));
  const mayWrite = may("Transaction:write");
  const done = async (message: string) => {
    setChosen(new Set());
    tell(message);
    await refresh(queryClient, api, "/rejected");
  };
  const toggle = (id: number) => {
    const next = new Set(chosen);
    if (!next.delete(id)) next.add(id);
    setChosen(next);
  };
  const columns = mayWrite ? [selection(chosen, toggle), ...COLUMNS] : COLUMNS;
  return (
    <Page
      title="Activity"
      description="Bills that name something that the organisation does not have. They are kept whole and count towards nothing until they are retried."
      actions={
        <ExportButton
          name={`${organisation.code}-rejected`}
          columns={COLUMNS}
          fetchPage={(after) => api.get("/api/rejected", rejectedCall({ ...search, after }, 100))}
        />
      }
    >
      <Stack gap="lg">
        <ActivityTabs />
        <Group gap="sm" justify="space-between">
          <Group gap="sm" w={{ base: "100%", sm: "auto" }}>
            <SearchBox
              value={search.number ?? ""}
              onSearch={(number) => narrow({ number: number || undefined })}
              placeholder="Bill number"
              label="Find by bill number"
              w={FILTER}
            />
            <Select
              w={FILTER}
              aria-label="Status"
              data={STATUSES.map(({ value, label }) => ({ value, label }))}
              value={search.status ?? ""}
              allowDeselect={false}
              onChange={(status) => narrow({ status: status || undefined })}
            />
            <Select
              w={FILTER}
              aria-label="Reason"
              placeholder="Any reason"
              clearable
              data={REASONS.map(({ value, label }) => ({ value, label }))}
              value={search.reason ?? null}
              onChange={(reason) => narrow({ reason: reason ?? undefined })}
            />
          </Group>
          {mayWrite && waiting.length > 0 && (
            <Group gap="md">
              <Checkbox
                label="All on this page"
                checked={ids.length === waiting.length}
                indeterminate={ids.length > 0 && ids.length < waiting.length}
                onChange={({ currentTarget }) =>
                  setChosen(new Set(currentTarget.checked ? waiting.map(({ id }) => id) : []))
                }
              />
              <Actions ids={ids} onWriteOff={() => setWriting(true)} onDone={done} />
            </Group>
          )}
        </Group>
        <Card padding={0}>
          <DataTable
            label="Rejected bills"
            columns={columns}
            rows={data?.items}
            rowKey={({ id }) => id}
            error={error}
            onRetry={() => void refetch()}
            stale={isPlaceholderData}
            empty={
              <EmptyState icon={IconFileAlert} title="No bill is waiting">
                Bills are parked here when the organisation checks them and they name an unknown payment mode,
                store or till, or lack a mandatory field. The check is a setting.
              </EmptyState>
            }
          />
          <ListFooter list={data} paging={search} pageSize={PAGE_SIZE} {...paging} />
        </Card>
      </Stack>
      {isWriting && <WriteOff ids={ids} onClose={() => setWriting(false)} onDone={done} />}
    </Page>
  );
};

const selection = (chosen: ReadonlySet<number>, toggle: (id: number) => void): Column<RejectedItem> => ({
  header: "Choose",
  width: 44,
  cell: (row) =>
    isWaiting(row) ? (
      <Checkbox
        aria-label={`Choose bill ${row.number || row.id}`}
        checked={chosen.has(row.id)}
        onChange={() => toggle(row.id)}
      />
    ) : null,
});

const bills = (count: number): string => (count === 1 ? "1 bill" : `${count} bills`);

const Actions = ({
  ids,
  onWriteOff,
  onDone,
}: {
  ids: readonly number[];
  onWriteOff: () => void;
  onDone: (message: string) => Promise<void>;
}) => {
  const { api } = useOrganisation();
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const retry = async () => {
    setBusy(true);
    setError(null);
    try {
      const { fixed, total } = await api.post("/api/rejected/retry", { body: { ids } });
      const left = total - fixed;
      await onDone(
        fixed === 0
          ? `Nothing was put right yet: ${bills(left)} wait on.`
          : `${bills(fixed)} will be recorded as of now.${left > 0 ? ` ${bills(left)} wait on.` : ""}`,
      );
    } catch (reason) {
      setError(reason);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Stack gap="xs" align="flex-end">
      <Group gap="xs">
        <Button variant="default" disabled={ids.length === 0} onClick={onWriteOff}>
          Write off
        </Button>
        <Button disabled={ids.length === 0} loading={busy} onClick={() => void retry()}>
          {ids.length === 0 ? "Retry" : `Retry ${bills(ids.length)}`}
        </Button>
      </Group>
      {error !== null && <ErrorState error={error} />}
    </Stack>
  );
};

const WriteOff = ({
  ids,
  onClose,
  onDone,
}: {
  ids: readonly number[];
  onClose: () => void;
  onDone: (message: string) => Promise<void>;
}) => {
  const { api } = useOrganisation();
  const [reason, setReason] = useState("");
  const [isMissing, setMissing] = useState(false);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const writeOff = async () => {
    setMissing(reason.trim() === "");
    if (reason.trim() === "") return;
    setBusy(true);
    setError(null);
    try {
      const { count } = await api.post("/api/rejected/write-off", { body: { ids, reason: reason.trim() } });
      await onDone(`${bills(count)} written off.`);
      onClose();
    } catch (fault) {
      setError(fault);
      setBusy(false);
    }
  };
  return (
    <Modal opened onClose={onClose} title={`Write off ${bills(ids.length)}`}>
      <Stack gap="md">
        <Text size="sm">They stay in the list with your reason, and cannot be retried any more.</Text>
        <Textarea
          label="Reason"
          required
          data-autofocus
          maxLength={1000}
          autosize
          minRows={2}
          value={reason}
          error={isMissing ? "Say why" : undefined}
          onChange={(event) => setReason(event.currentTarget.value)}
        />
        {error !== null && <ErrorState error={error} />}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button color="clay" loading={busy} onClick={() => void writeOff()}>
            Write off
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
};
