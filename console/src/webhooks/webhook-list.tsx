import { Button, Card, Text } from "@mantine/core";
import { IconPlus, IconWebhook } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import type { Webhook } from "../api/types.ts";
import { useOrganisation } from "../shell/organisation.ts";
import { type Column, DataTable } from "../ui/data-table.tsx";
import { TextLink } from "../ui/links.tsx";
import { Page } from "../ui/page.tsx";
import { EmptyState } from "../ui/states.tsx";
import { StatusBadge } from "../ui/status-badge.tsx";
import { webhooksQuery } from "./queries.ts";
import { WebhookForm } from "./webhook-form.tsx";
import { countWords, webhookState } from "./webhook-words.ts";

const route = getRouteApi("/$org/connect/");

const COLUMNS: Column<Webhook>[] = [
  {
    header: "Name",
    leads: true,
    cell: ({ webHookId, name }) => (
      <TextLink
        className="row-link"
        from="/$org"
        to="/$org/connect/webhooks/$webhookId"
        params={{ webhookId: webHookId }}
      >
        {name}
      </TextLink>
    ),
  },
  {
    header: "URL",
    cell: ({ webHookUrl }) => (
      <Text inherit style={{ overflowWrap: "anywhere" }}>
        {webHookUrl}
      </Text>
    ),
  },
  { header: "Events", align: "right", cell: ({ eventNames }) => eventNames.length },
  {
    header: "Members waiting",
    align: "right",
    wideOnly: true,
    cell: ({ waiting }) => countWords(waiting),
  },
  { header: "Not delivered", align: "right", cell: ({ undelivered }) => countWords(undelivered) },
  {
    header: "State",
    cell: (webhook) => {
      const { tone, words } = webhookState(webhook);
      return <StatusBadge tone={tone}>{words}</StatusBadge>;
    },
  },
];

/** Systems of the organisation's own that are told of what happens. */
export const WebhookList = () => {
  const { api, may } = useOrganisation();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const { data, error, refetch } = useQuery(webhooksQuery(api));
  const add = may("Webhook:write") && (
    <Button
      leftSection={<IconPlus size={16} stroke={1.6} aria-hidden />}
      onClick={() => void navigate({ search: { add: "1" } })}
    >
      Add a webhook
    </Button>
  );
  return (
    <Page
      title="Event notifications"
      description="Systems of yours that are told of what happens: a webhook is sent each event that it listens to, soon after it happened."
      actions={add}
    >
      <Card padding={0}>
        <DataTable
          label="Webhooks"
          columns={COLUMNS}
          rows={data?.items}
          rowKey={({ webHookId }) => webHookId}
          error={error}
          onRetry={() => void refetch()}
          skeletonRows={3}
          empty={
            <EmptyState icon={IconWebhook} title="No webhooks yet" action={add}>
              Add one to have a shop, a data warehouse or a messaging system told of new members, purchases
              and points.
            </EmptyState>
          }
        />
      </Card>
      {search.add !== undefined && (
        <WebhookForm webhook={null} onClose={() => void navigate({ search: { add: undefined } })} />
      )}
    </Page>
  );
};
