import { Button, Group, Modal, Stack, Text, TextInput } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { refresh } from "../api/query.ts";
import type { Webhook } from "../api/types.ts";
import { useOrganisation } from "../shell/organisation.ts";
import { placeError } from "../ui/form-errors.ts";
import { tell } from "../ui/notify.ts";

/** Has everything since a point in time sent again. */
export const ReplayDialog = ({ webhook, onClose }: { webhook: Webhook; onClose: () => void }) => {
  const { api } = useOrganisation();
  const queryClient = useQueryClient();
  const [since, setSince] = useState("");
  const [busy, setBusy] = useState(false);
  const [objection, setObjection] = useState<string | null>(null);
  const replay = async () => {
    setBusy(true);
    setObjection(null);
    try {
      await api.post("/api/webhooks/{id}/replay", { params: { id: webhook.webHookId }, body: { since } });
      await refresh(queryClient, api, "/webhooks");
      tell("The events are sent again, in the background.");
      onClose();
    } catch (error) {
      const { fields, general } = placeError(error, ["since"]);
      setObjection(fields.since ?? general);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Modal
      opened
      onClose={onClose}
      title={`Send again to ${webhook.name}?`}
      closeButtonProps={{ "aria-label": "Close" }}
    >
      <Stack gap="md">
        <Text size="sm">
          Every event since then is sent again, delivered or not, each member's in their order. They keep
          their ids: a receiver that drops repeats takes only what it has lost.
        </Text>
        <TextInput
          type="datetime-local"
          label="Since"
          description="In the organisation's time zone"
          required
          value={since}
          onChange={({ currentTarget: { value } }) => setSince(value)}
          error={objection}
          data-autofocus
        />
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button loading={busy} disabled={since === ""} onClick={() => void replay()}>
            Send again
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
};
