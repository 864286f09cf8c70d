import { Button, Group, Modal, NumberInput, Skeleton, Stack, Text } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { refresh } from "../api/query.ts";
import type { WebhookSecret } from "../api/types.ts";
import { useOrganisation } from "../shell/organisation.ts";
import { DateTime } from "../ui/amounts.tsx";
import { ConfirmDialog } from "../ui/confirm-dialog.tsx";
import { CopyText } from "../ui/copy-text.tsx";
import { tell } from "../ui/notify.ts";
import { Panel } from "../ui/panel.tsx";
import { ErrorState } from "../ui/states.tsx";
import { secretsQuery } from "./queries.ts";

/** The longest that a secret stays beside the one that takes its place. */
const MOST_HOURS = 720;

/** What bodies are signed with, shown when somebody asks for it. */
export const SecretsPanel = ({ webhookId }: { webhookId: string }) => {
  const [shown, setShown] = useState(false);
  const [rotating, setRotating] = useState(false);
  return (
    <Panel
      title="Signing secrets"
      description="Every call is signed with those that are in force, so that the receiver can tell that it is yours"
      actions={
        <>
          <Button size="xs" variant="default" onClick={() => setShown(!shown)}>
            {shown ? "Hide" : "Show"}
          </Button>
          <Button size="xs" variant="default" onClick={() => setRotating(true)}>
            Rotate…
          </Button>
        </>
      }
    >
      {shown ? (
        <Secrets webhookId={webhookId} />
      ) : (
        <Text size="sm" c="dimmed">
          Hidden until you show them.
        </Text>
      )}
      {rotating && (
        <Rotation
          webhookId={webhookId}
          onClose={() => setRotating(false)}
          onDone={() => {
            setRotating(false);
            setShown(true);
          }}
        />
      )}
    </Panel>
  );
};

const Secrets = ({ webhookId }: { webhookId: string }) => {
  const { api } = useOrganisation();
  const queryClient = useQueryClient();
  const [ended, setEnded] = useState<WebhookSecret | null>(null);
  const { data, error, refetch } = useQuery(secretsQuery(api, webhookId));
  if (data === undefined)
    return error === null ? <Skeleton h={48} /> : <ErrorState error={error} onRetry={() => void refetch()} />;
  return (
    <Stack gap="sm">
      {data.items.map((secret) => (
        <Group key={secret.id} justify="space-between" gap="xs">
          <div style={{ minWidth: 0 }}>
            <CopyText value={secret.secret} label="secret" mono size="sm" />
            <Text size="xs" c="dimmed">
              Made <DateTime value={secret.createdAt} />
              {secret.expiresAt !== null && (
                <>
                  {" · in force until "}
                  <DateTime value={secret.expiresAt} />
                </>
              )}
            </Text>
          </div>
          {secret.expiresAt !== null && (
            <Button size="compact-sm" variant="subtle" color="clay" onClick={() => setEnded(secret)}>
              End now…
            </Button>
          )}
        </Group>
      ))}
      <ConfirmDialog
        opened={ended !== null}
        onClose={() => setEnded(null)}
        onConfirm={async () => {
          const params = { id: webhookId, secretId: ended!.id };
          await api.delete("/api/webhooks/{id}/secrets/{secretId}", { params });
          await refresh(queryClient, api, "/webhooks");
          tell("The old secret has ended.");
        }}
        title="End the old secret now?"
        action="End it"
        dangerous
      >
        Calls are no longer signed with it. A receiver that does not have the new secret yet takes them for
        forged.
      </ConfirmDialog>
    </Stack>
  );
};

const Rotation = ({
  webhookId,
  onClose,
  onDone,
}: {
  webhookId: string;
  onClose: () => void;
  onDone: () => void;
}) => {
  const { api } = useOrganisation();
  const queryClient = useQueryClient();
  const [hours, setHours] = useState<number | string>(24);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const rotate = async () => {
    setBusy(true);
    setError(null);
    try {
      const body = { overlapHours: Number(hours) };
      await api.post("/api/webhooks/{id}/secrets", { params: { id: webhookId }, body });
      await refresh(queryClient, api, "/webhooks");
      tell("There is a new secret.");
      onDone();
    } catch (reason) {
      setError(reason);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Modal opened onClose={onClose} title="Make a new secret?" closeButtonProps={{ "aria-label": "Close" }}>
      <Stack gap="md">
        <Text size="sm">
          Until the old secret ends, calls carry a signature of both: put the new one into the receiver in
          that time.
        </Text>
        <NumberInput
          label="Hours that the old secret stays in force"
          min={0}
          max={MOST_HOURS}
          allowDecimal={false}
          value={hours}
          onChange={setHours}
          data-autofocus
        />
        {error !== null && <ErrorState error={error} />}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button loading={busy} disabled={hours === ""} onClick={() => void rotate()}>
            Make it
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
};
