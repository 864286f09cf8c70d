import { Alert, Card, Code, Stack } from "@mantine/core";
import { IconMailbox } from "@tabler/icons-react";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import type { MailboxMessage } from "../api/types.ts";
import { useOrganisation } from "../shell/organisation.ts";
import { DateTime, Points } from "../ui/amounts.tsx";
import { type Column, DataTable } from "../ui/data-table.tsx";
import { TextLink } from "../ui/links.tsx";
import { ListFooter } from "../ui/list-footer.tsx";
import { Page } from "../ui/page.tsx";
import { EmptyState } from "../ui/states.tsx";
import { usePaging } from "../ui/use-paging.ts";
import { ActivityTabs } from "./activity-tabs.tsx";
import { mailboxQuery, PAGE_SIZE } from "./queries.ts";

const route = getRouteApi("/$org/activity/mailbox");

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
    cell: ({ mobile, email }) => (mobile === "" ? email : `+${mobile}`),
    csv: ({ mobile, email }) => mobile || email,
  },
  {
    header: "Code",
    cell: ({ code, usedAt }) => (code === null ? usedAt === null ? "expired" : "used" : <Code>{code}</Code>),
    csv: () => "",
  },
  {
    header: "For",
    align: "right",
    cell: ({ points }) => <Points value={points} unit />,
    csv: ({ points }) => points,
  },
  { header: "Sent", cell: ({ sentAt }) => <DateTime value={sentAt} />, csv: ({ sentAt }) => sentAt },
  {
    header: "Valid until",
    cell: ({ expiresAt }) => <DateTime value={expiresAt} />,
    csv: ({ expiresAt }) => expiresAt,
  },
];

/** Messages that somebody tells members by hand: one-time codes for spending points. */
export const Mailbox = () => {
  const { api } = useOrganisation();
  const search = route.useSearch();
  const { data, error, refetch, isPlaceholderData } = useQuery({
    ...mailboxQuery(api, search.after),
    placeholderData: keepPreviousData,
  });
  const paging = usePaging(search);
  return (
    <Page
      title="Activity"
      description="One-time codes for spending points, to be told to members by hand. A code is shown while it can be used."
    >
      <Stack gap="lg">
        <ActivityTabs />
        {data?.shows === false && (
          <Alert color="gold" variant="light">
            No codes are issued: the setting CONF_POINTS_VALIDATION_CODE_DELIVERY is “none”. With “mailbox”
            they are shown here.
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
          <ListFooter list={data} paging={search} pageSize={PAGE_SIZE} {...paging} />
        </Card>
      </Stack>
    </Page>
  );
};
