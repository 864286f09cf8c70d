import { Button, Group, Modal, Select, Stack, Text } from "@mantine/core";
import { useState } from "react";
import type { TestCall, Webhook } from "../api/types.ts";
import { useOrganisation } from "../shell/organisation.ts";
import { KeyValue } from "../ui/key-value.tsx";
import { ErrorState } from "../ui/states.tsx";
import { StatusBadge } from "../ui/status-badge.tsx";
import { JsonBlock } from "./json-block.tsx";
import { outcomeWords } from "./webhook-words.ts";

const isGood = ({ status }: TestCall): boolean => status !== null && status >= 200 && status < 300;

/** Sends a made-up event and shows what the receiver says. */
export const TestDialog = ({ webhook, onClose }: { webhook: Webhook; onClose: () => void }) => {
  const { api } = useOrganisation();
  const [eventName, setEventName] = useState(webhook.eventNames[0] ?? "");
  const [call, setCall] = useState<TestCall | null>(null);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const send = async () => {
    setBusy(true);
    setError(null);
    try {
      setCall(
        await api.post("/api/webhooks/{id}/test", { params: { id: webhook.webHookId }, body: { eventName } }),
      );
    } catch (reason) {
      setError(reason);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Modal
      opened
      onClose={onClose}
      size="lg"
      title={`Send a test to ${webhook.name}`}
      closeButtonProps={{ "aria-label": "Close" }}
    >
      <Stack gap="md">
        <Text size="sm">
          A made-up event is sent at once, signed as real ones are. Nothing of it is kept here; the receiver
          cannot tell it from a real one but by its values.
        </Text>
        <Group align="flex-end" gap="sm">
          <Select
            label="Event"
            data={webhook.eventNames}
            allowDeselect={false}
            searchable
            flex={1}
            value={eventName}
            onChange={(value) => setEventName(value ?? eventName)}
            data-autofocus
          />
          <Button loading={busy} onClick={() => void send()}>
            Send
          </Button>
        </Group>
        {error !== null && <ErrorState error={error} />}
        {call !== null && (
          <>
            <KeyValue
              items={[
                {
                  label: "Answer",
                  value: (
                    <StatusBadge tone={isGood(call) ? "good" : "bad"}>
                      {call.status === null ? "No answer" : `HTTP ${call.status}`}
                    </StatusBadge>
                  ),
                },
                ...(call.status === null
                  ? [{ label: "Why", value: outcomeWords(call.status, call.problem) }]
                  : []),
                { label: "Took", value: `${call.milliseconds} ms` },
              ]}
            />
            <JsonBlock label="What it answered" text={call.answer} />
            <JsonBlock label="What was sent" text={call.body} />
            <JsonBlock
              label="Headers"
              text={call.headers.map(({ name, value }) => `${name}: ${value}`).join("\n")}
            />
          </>
        )}
      </Stack>
    </Modal>
  );
};
