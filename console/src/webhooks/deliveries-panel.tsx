import { Group, Select, Text, UnstyledButton } from "@mantine/core";
import { IconSend } from "@tabler/icons-react";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import type { Delivery, Webhook } from "../api/types.ts";
import { useOrganisation } from "../shell/organisation.ts";
import { DateTime } from "../ui/amounts.tsx";
import { type Column, DataTable } from "../ui/data-table.tsx";
import { ListFooter } from "../ui/list-footer.tsx";
import { Panel } from "../ui/panel.tsx";
import { EmptyState } from "../ui/states.tsx";
import { StatusBadge } from "../ui/status-badge.tsx";
import { usePaging } from "../ui/use-paging.ts";
import { deliveriesQuery, PAGE_SIZE } from "./queries.ts";
import type { WebhookSearch } from "./routes.ts";
import {
  DELIVERY_FILTERS,
  type DeliveryFilterWord,
  deliveryTone,
  deliveryWords,
  FILTER_WORDS,
  outcomeWords,
} from "./webhook-words.ts";

/** The server counts to here. */
const MOST_COUNTED = 1000;
const LOOK_MILLISECONDS = 5000;

const columnsOf = (open: (eventId: string) => void): Column<Delivery>[] => [
  {
    header: "Event",
    leads: true,
    cell: ({ eventId, eventName }) => (
      <UnstyledButton className="row-link" fw={500} onClick={() => open(eventId)}>
        {eventName}
      </UnstyledButton>
    ),
  },
  { header: "Refers to", wideOnly: true, cell: ({ refId }) => <Reference value={refId} /> },
  { header: "Happened", cell: ({ createdAt }) => <DateTime value={createdAt} /> },
  {
    header: "Status",
    cell: (delivery) => (
      <StatusBadge tone={deliveryTone(delivery.status)}>{deliveryWords(delivery)}</StatusBadge>
    ),
  },
  { header: "Tries", align: "right", cell: ({ attempts }) => attempts },
  {
    header: "Last answer",
    cell: ({ httpStatus, problem, nextTryAt }) => (
      <div>
        {outcomeWords(httpStatus, problem)}
        {nextTryAt !== null && (
          <Text size="xs" c="dimmed">
            Next try <DateTime value={nextTryAt} />
          </Text>
        )}
      </div>
    ),
  },
];

const Reference = ({ value }: { value: string | null }) => (
  <Text inherit style={{ overflowWrap: "anywhere" }}>
    {value}
  </Text>
);

/** What was sent to a webhook, the newest first. */
export const DeliveriesPanel = ({
  webhook,
  search,
  onChange,
}: {
  webhook: Webhook;
  search: WebhookSearch;
  onChange: (changes: Partial<WebhookSearch>) => void;
}) => {
  const { api } = useOrganisation();
  const { status, event, after } = search;
  const { data, error, refetch, isPlaceholderData } = useQuery({
    ...deliveriesQuery(api, webhook.webHookId, { status, event, after }),
    placeholderData: keepPreviousData,
    refetchInterval: ({ state }) =>
      state.data?.items.some((item) => item.status === "pending") ? LOOK_MILLISECONDS : false,
  });
  const paging = usePaging(search);
  const first = { after: undefined, page: undefined };
  const isFiltered = status !== undefined || event !== undefined;
  return (
    <Panel title="Deliveries" description="Each event that was sent, and what became of it" flush>
      <Group px="lg" pb="sm" gap="sm">
        <Select
          aria-label="Status"
          placeholder="Any status"
          clearable
          w={180}
          data={DELIVERY_FILTERS.map((word) => ({ value: word, label: FILTER_WORDS[word] }))}
          value={status ?? null}
          onChange={(value) =>
            onChange({ ...first, status: (value ?? undefined) as DeliveryFilterWord | undefined })
          }
        />
        <Select
          aria-label="Event"
          placeholder="Any event"
          clearable
          searchable
          w={260}
          data={webhook.eventNames}
          value={event ?? null}
          onChange={(value) => onChange({ ...first, event: value ?? undefined })}
        />
      </Group>
      <DataTable
        label="Deliveries"
        columns={columnsOf((delivery) => onChange({ delivery }))}
        rows={data?.items}
        rowKey={({ eventId }) => eventId}
        error={error}
        onRetry={() => void refetch()}
        stale={isPlaceholderData}
        empty={
          isFiltered ? (
            <EmptyState icon={IconSend} title="Nothing like that" compact>
              No delivery is as you asked. Choose another status or event.
            </EmptyState>
          ) : (
            <EmptyState icon={IconSend} title="Nothing was sent yet" compact>
              The next event that it listens to is the first. Send a test to try it out.
            </EmptyState>
          )
        }
      />
      <ListFooter
        list={data}
        paging={search}
        pageSize={PAGE_SIZE}
        atLeast={(data?.total ?? 0) >= MOST_COUNTED}
        {...paging}
      />
    </Panel>
  );
};
