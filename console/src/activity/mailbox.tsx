import { Alert, Card, Code, Stack, Text } from "@mantine/core";
import { IconMailbox } from "@tabler/icons-react";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import type { MailboxMessage } from "../api/types.ts";
import { useOrganisation } from "../shell/organisation.ts";
import { DateTime, Nothing, Points } from "../ui/amounts.tsx";
import { type Column, DataTable } from "../ui/data-table.tsx";
import { TextLink } from "../ui/links.tsx";
import { ListFooter } from "../ui/list-footer.tsx";
import { Page } from "../ui/page.tsx";
import { EmptyState } from "../ui/states.tsx";
import { StatusBadge } from "../ui/status-badge.tsx";
import { usePaging } from "../ui/use-paging.ts";
import { ActivityTabs } from "./activity-tabs.tsx";
import { codeWords, deliveryNotice, kindWords, messageTone, messageWords } from "./mailbox-words.ts";
import { mailboxQuery, PAGE_SIZE } from "./queries.ts";

const route = getRouteApi("/$org/activity/mailbox");

/** The server counts to here. */
const MOST_COUNTED = 1000;

const addressOf = ({ status, mobile, email }: MailboxMessage): string =>
  status === "by_hand" && mobile !== "" ? `+${mobile}` : email;

/** Breaks in front of its domain, where it has to. */
const Address = ({ value }: { value: string }) => {
  const [name, domain] = value.split("@");
  return (
    <Text inherit style={{ overflowWrap: "break-word" }}>
      {name}
      {domain !== undefined && (
        <>
          <wbr />@{domain}
        </>
      )}
    </Text>
  );
};

const COLUMNS: Column<MailboxMessage>[] = [
  {
    header: "To",
    leads: true,
    cell: ({ customerId, customerName }) => (
      <TextLink from="/$org" to="/$org/members/$memberId" params={{ memberId: String(customerId) }}>
        {customerName || `Member ${customerId}`}
      </TextLink>
    ),
    csv: ({ customerName }) => customerName,
  },
  {
    header: "At",
    cell: (message) => (addressOf(message) === "" ? <Nothing /> : <Address value={addressOf(message)} />),
    csv: addressOf,
  },
  {
    header: "About",
    cell: ({ kind, points }) => (
      <span>
        {kindWords(kind)}
        {points !== null && (
          <>
            {" "}
            for <Points value={points} unit />
          </>
        )}
      </span>
    ),
    csv: ({ kind }) => kindWords(kind),
  },
  {
    header: "Status",
    cell: ({ status, usedAt, reason, nextAttemptAt, attempts }) => (
      <div>
        <StatusBadge tone={messageTone(status, usedAt)}>{messageWords(status, usedAt)}</StatusBadge>
        {reason !== "" && (
          <Text size="xs" c="dimmed" mt={4} maw={320} style={{ overflowWrap: "anywhere" }}>
            {reason}
          </Text>
        )}
        {status === "queued" && attempts > 0 && nextAttemptAt !== null && (
          <Text size="xs" c="dimmed">
            Next try <DateTime value={nextAttemptAt} />
          </Text>
        )}
      </div>
    ),
    csv: ({ status, usedAt }) => messageWords(status, usedAt),
  },
  {
    header: "Code",
    cell: (message) =>
      message.code === null ? codeWords(message) || <Nothing /> : <Code>{message.code}</Code>,
    csv: () => "",
  },
  {
    header: "Written",
    cell: ({ createdAt }) => <DateTime value={createdAt} />,
    csv: ({ createdAt }) => createdAt,
  },
  {
    header: "Valid until",
    cell: ({ expiresAt }) => <DateTime value={expiresAt} />,
    csv: ({ expiresAt }) => expiresAt,
  },
];

/** What members were written and what became of it, and what somebody tells them by hand. */
export const Mailbox = () => {
  const { api } = useOrganisation();
  const search = route.useSearch();
  const { data, error, refetch, isPlaceholderData } = useQuery({
    ...mailboxQuery(api, search.after),
    placeholderData: keepPreviousData,
  });
  const paging = usePaging(search);
  const notice = data === undefined ? null : deliveryNotice(data);
  return (
    <Page
      title="Activity"
      description="Messages to members: e-mails with what became of them, and one-time codes that are told by hand."
    >
      <Stack gap="lg">
        <ActivityTabs />
        {notice !== null && (
          <Alert color={notice.isProblem ? "gold" : "gray"} variant="light">
            {notice.text}
          </Alert>
        )}
        <Card padding={0}>
          <DataTable
            label="Messages"
            columns={COLUMNS}
            rows={data?.items}
            rowKey={({ id }) => id}
            error={error}
            onRetry={() => void refetch()}
            stale={isPlaceholderData}
            empty={
              <EmptyState icon={IconMailbox} title="No messages">
                A till that asks for a validation code writes the first.
              </EmptyState>
            }
          />
          <ListFooter
            list={data}
            paging={search}
            pageSize={PAGE_SIZE}
            atLeast={(data?.total ?? 0) >= MOST_COUNTED}
            {...paging}
          />
        </Card>
      </Stack>
    </Page>
  );
};
