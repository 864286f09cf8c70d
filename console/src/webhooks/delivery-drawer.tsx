import { Button, Drawer, FocusTrap, Skeleton, Stack } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { refresh } from "../api/query.ts";
import { useOrganisation } from "../shell/organisation.ts";
import { DateTime } from "../ui/amounts.tsx";
import { CopyText } from "../ui/copy-text.tsx";
import { KeyValue } from "../ui/key-value.tsx";
import { TextLink } from "../ui/links.tsx";
import { tell, tellError } from "../ui/notify.ts";
import { ErrorState } from "../ui/states.tsx";
import { StatusBadge } from "../ui/status-badge.tsx";
import { JsonBlock } from "./json-block.tsx";
import { deliveryQuery } from "./queries.ts";
import { deliveryTone, deliveryWords, isUndelivered, outcomeWords } from "./webhook-words.ts";

interface Parts {
  webhookId: string;
  eventId: string;
  onClose: () => void;
}

/** One delivery beside the list: what is sent, and what was answered. */
export const DeliveryDrawer = (parts: Parts) => {
  const { api } = useOrganisation();
  const { data } = useQuery(deliveryQuery(api, parts.webhookId, parts.eventId));
  return (
    <Drawer
      opened
      onClose={parts.onClose}
      size={640}
      padding="lg"
      title={data?.eventName ?? "Delivery"}
      closeButtonProps={{ "aria-label": "Close" }}
      transitionProps={{ duration: 120 }}
      styles={{ title: { fontWeight: 600, fontSize: 18 } }}
    >
      <FocusTrap.InitialFocus />
      <Delivery {...parts} />
    </Drawer>
  );
};

const Delivery = ({ webhookId, eventId }: Parts) => {
  const { api, may } = useOrganisation();
  const queryClient = useQueryClient();
  const [busy, setBusy] = useState(false);
  const { data, error, refetch } = useQuery(deliveryQuery(api, webhookId, eventId));
  if (data === undefined)
    return error === null ? (
      <Skeleton h={320} />
    ) : (
      <ErrorState error={error} onRetry={() => void refetch()} />
    );
  const retry = async () => {
    setBusy(true);
    try {
      const params = { id: webhookId, eventId };
      await api.post("/api/webhooks/{id}/deliveries/{eventId}/retry", { params, body: {} });
      await refresh(queryClient, api, "/webhooks");
      tell("The event is sent again.");
    } catch (reason) {
      tellError(reason);
    } finally {
      setBusy(false);
    }
  };
  const time = (value: string | null) => (value === null ? null : <DateTime value={value} />);
  return (
    <Stack gap="lg">
      <KeyValue
        items={[
          {
            label: "Status",
            value: <StatusBadge tone={deliveryTone(data.status)}>{deliveryWords(data)}</StatusBadge>,
          },
          { label: "Last answer", value: outcomeWords(data.httpStatus, data.problem) },
          { label: "Took", value: data.milliseconds === null ? null : `${data.milliseconds} ms` },
          { label: "Tries", value: data.attempts },
          { label: "Happened", value: time(data.createdAt) },
          { label: "Last try", value: time(data.triedAt) },
          { label: "Next try", value: time(data.nextTryAt) },
          { label: "Event id", value: <CopyText value={data.eventId} label="event id" mono size="sm" /> },
          { label: "Refers to", value: data.refId },
          { label: "Call", value: data.requestId },
          {
            label: "Member",
            // A bill of nobody in particular has a queue of its own, and no member.
            value: data.eventName.startsWith("notInterested") ? null : (
              <TextLink
                from="/$org"
                to="/$org/members/$memberId"
                params={{ memberId: String(data.customerId) }}
                size="sm"
              >
                {data.customerId}
              </TextLink>
            ),
          },
        ]}
      />
      {isUndelivered(data) && may("Webhook:write") && (
        <Button loading={busy} onClick={() => void retry()} style={{ alignSelf: "flex-start" }}>
          Try again
        </Button>
      )}
      <JsonBlock label="Body that is sent" text={data.body} />
      <JsonBlock label="Answer" text={data.answer} />
    </Stack>
  );
};
