import { Button, Menu, Skeleton, Stack, Text } from "@mantine/core";
import { IconChevronDown, IconWebhook } from "@tabler/icons-react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useState } from "react";
import { refresh } from "../api/query.ts";
import type { Webhook } from "../api/types.ts";
import { useOrganisation } from "../shell/organisation.ts";
import { DateTime } from "../ui/amounts.tsx";
import { ConfirmDialog } from "../ui/confirm-dialog.tsx";
import { CopyText } from "../ui/copy-text.tsx";
import { KeyValue } from "../ui/key-value.tsx";
import { TextLink } from "../ui/links.tsx";
import { tell } from "../ui/notify.ts";
import { Page } from "../ui/page.tsx";
import { Panel } from "../ui/panel.tsx";
import { EmptyState, ErrorState } from "../ui/states.tsx";
import { StatusBadge } from "../ui/status-badge.tsx";
import { DeliveriesPanel } from "./deliveries-panel.tsx";
import { DeliveryDrawer } from "./delivery-drawer.tsx";
import { webhooksQuery } from "./queries.ts";
import { ReplayDialog } from "./replay-dialog.tsx";
import { SecretsPanel } from "./secrets-panel.tsx";
import { TestDialog } from "./test-dialog.tsx";
import { WebhookForm } from "./webhook-form.tsx";
import { countWords, listWords, webhookState } from "./webhook-words.ts";

const route = getRouteApi("/$org/connect/webhooks/$webhookId");

const TRAIL = [
  <TextLink key="list" from="/$org" to="/$org/connect" size="sm">
    Event notifications
  </TextLink>,
];

/** One webhook: how it does, its secrets, what was sent to it and what became of that. */
export const WebhookPage = () => {
  const { api } = useOrganisation();
  const { webhookId } = route.useParams();
  const { data, error, refetch } = useQuery(webhooksQuery(api));
  const webhook = data?.items.find(({ webHookId }) => webHookId === webhookId);
  if (webhook !== undefined) return <Loaded webhook={webhook} />;
  return (
    <Page title="Webhook" trail={TRAIL}>
      {data !== undefined ? (
        <EmptyState icon={IconWebhook} title="There is no such webhook">
          It may have been deleted.
        </EmptyState>
      ) : error !== null ? (
        <ErrorState error={error} onRetry={() => void refetch()} />
      ) : (
        <Skeleton h={240} />
      )}
    </Page>
  );
};

type Dialog = "test" | "replay" | "retry" | "delete";

const Loaded = ({ webhook }: { webhook: Webhook }) => {
  const { may } = useOrganisation();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const [dialog, setDialog] = useState<Dialog | null>(null);
  const writes = may("Webhook:write");
  const show = (changes: Partial<typeof search>) =>
    void navigate({ search: (previous) => ({ ...previous, ...changes }), resetScroll: false });
  return (
    <Page
      title={webhook.name}
      trail={TRAIL}
      actions={
        writes && (
          <>
            <Button variant="default" onClick={() => setDialog("test")}>
              Send a test…
            </Button>
            <More webhook={webhook} onPick={setDialog} />
            <Button onClick={() => show({ edit: "1" })}>Edit</Button>
          </>
        )
      }
    >
      <Stack gap="lg">
        <Facts webhook={webhook} />
        {writes && <SecretsPanel webhookId={webhook.webHookId} />}
        <DeliveriesPanel webhook={webhook} search={search} onChange={show} />
      </Stack>
      {search.edit !== undefined && (
        <WebhookForm webhook={webhook} onClose={() => show({ edit: undefined })} />
      )}
      {search.delivery !== undefined && (
        <DeliveryDrawer
          webhookId={webhook.webHookId}
          eventId={search.delivery}
          onClose={() => show({ delivery: undefined })}
        />
      )}
      <Dialogs webhook={webhook} dialog={dialog} onClose={() => setDialog(null)} />
    </Page>
  );
};

const More = ({ webhook, onPick }: { webhook: Webhook; onPick: (dialog: Dialog) => void }) => (
  <Menu position="bottom-end">
    <Menu.Target>
      <Button variant="default" rightSection={<IconChevronDown size={14} aria-hidden />}>
        More
      </Button>
    </Menu.Target>
    <Menu.Dropdown>
      <Menu.Item onClick={() => onPick("replay")}>Send again since…</Menu.Item>
      <Menu.Item disabled={webhook.undelivered === 0} onClick={() => onPick("retry")}>
        Try all that was not delivered…
      </Menu.Item>
      <Menu.Item color="clay" onClick={() => onPick("delete")}>
        Delete…
      </Menu.Item>
    </Menu.Dropdown>
  </Menu>
);

const Dialogs = ({
  webhook,
  dialog,
  onClose,
}: {
  webhook: Webhook;
  dialog: Dialog | null;
  onClose: () => void;
}) => {
  const { api } = useOrganisation();
  const queryClient = useQueryClient();
  const navigate = route.useNavigate();
  const params = { id: webhook.webHookId };
  return (
    <>
      {dialog === "test" && <TestDialog webhook={webhook} onClose={onClose} />}
      {dialog === "replay" && <ReplayDialog webhook={webhook} onClose={onClose} />}
      <ConfirmDialog
        opened={dialog === "retry"}
        onClose={onClose}
        onConfirm={async () => {
          await api.post("/api/webhooks/{id}/retry", { params, body: {} });
          await refresh(queryClient, api, "/webhooks");
          tell("They are sent again.");
        }}
        title={`Try again what was not delivered to ${webhook.name}?`}
        action="Try again"
      >
        Everything that was refused or given up is sent once more, {countWords(webhook.undelivered)} in all,
        each member's events in their order. The receiver knows them by the ids that they had.
      </ConfirmDialog>
      <ConfirmDialog
        opened={dialog === "delete"}
        onClose={onClose}
        onConfirm={async () => {
          await api.delete("/api/webhooks/{id}", { params });
          await navigate({ to: "/$org/connect", search: {} });
          await refresh(queryClient, api, "/webhooks");
          tell("The webhook was deleted.");
        }}
        title={`Delete ${webhook.name}?`}
        action="Delete"
        dangerous
      >
        What waits to be sent to it is not sent, and what was sent is forgotten. This cannot be undone. To
        stop it for a while, switch it off instead.
      </ConfirmDialog>
    </>
  );
};

const Facts = ({ webhook }: { webhook: Webhook }) => {
  const { tone, words } = webhookState(webhook);
  const { attribution } = webhook;
  return (
    <Panel title="Webhook" actions={<StatusBadge tone={tone}>{words}</StatusBadge>}>
      <KeyValue
        items={[
          {
            label: "URL",
            value: (
              <Text inherit component="span" style={{ overflowWrap: "anywhere" }}>
                {webhook.methodType} {webhook.webHookUrl}
              </Text>
            ),
          },
          { label: "Events", value: listWords(webhook.eventNames) },
          { label: "Headers", value: Object.keys(webhook.webHookHeaders).join(", ") },
          { label: "Calls at the same time", value: webhook.maxAllowedConnections },
          { label: "Members with something waiting", value: countWords(webhook.waiting) },
          { label: "Not delivered", value: countWords(webhook.undelivered) },
          {
            label: "Left alone until",
            value: webhook.pausedUntil === null ? null : <DateTime value={webhook.pausedUntil} />,
          },
          {
            label: "Id",
            value: <CopyText value={webhook.webHookId} label="id" mono size="xs" />,
          },
          {
            label: "Changed",
            value: (
              <>
                <DateTime value={attribution.lastUpdatedOn} /> by {attribution.lastUpdatedBy.name}
              </>
            ),
          },
        ]}
      />
    </Panel>
  );
};
