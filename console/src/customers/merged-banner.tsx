import { Alert, Button, Group, Stack, Text, Textarea } from "@mantine/core";
import { IconArrowMerge } from "@tabler/icons-react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { refresh } from "../api/query.ts";
import type { Merge } from "../api/types.ts";
import { useOrganisation } from "../shell/organisation.ts";
import { DateTime } from "../ui/amounts.tsx";
import { ConfirmDialog } from "../ui/confirm-dialog.tsx";
import { tell } from "../ui/notify.ts";
import { mergesQuery } from "./queries.ts";

/** Says that another member became part of this one, as long as it can be taken back. */
export const MergedBanner = ({ memberId }: { memberId: string }) => {
  const { api } = useOrganisation();
  const { data } = useQuery(mergesQuery(api, memberId));
  const undoable = (data?.items ?? []).filter(({ canUndo }) => canUndo);
  return undoable.map((merge) => <Banner key={merge.id} merge={merge} />);
};

const Banner = ({ merge }: { merge: Merge }) => {
  const { may } = useOrganisation();
  const [asking, setAsking] = useState(false);
  const mayUndo = may("Customer:write") && may("Points:write");
  return (
    <Alert
      variant="light"
      color="pine"
      icon={<IconArrowMerge size={18} stroke={1.6} aria-hidden />}
      title={`Customer ${merge.victimId} was merged into this one`}
    >
      <Group justify="space-between" align="flex-end" gap="sm">
        <Text size="sm" maw={720}>
          <DateTime value={merge.mergedAt} />, by {merge.by}: “{merge.reason}”. It can be undone until points
          of either move again.
        </Text>
        {mayUndo && (
          <Button variant="default" size="xs" onClick={() => setAsking(true)}>
            Undo the merge…
          </Button>
        )}
      </Group>
      {asking && <UndoDialog merge={merge} onClose={() => setAsking(false)} />}
    </Alert>
  );
};

const UndoDialog = ({ merge, onClose }: { merge: Merge; onClose: () => void }) => {
  const { api } = useOrganisation();
  const queryClient = useQueryClient();
  const [reason, setReason] = useState("");
  const [objection, setObjection] = useState<string | null>(null);
  const undo = async () => {
    if (reason.trim() === "") {
      setObjection("Say why, for the audit trail.");
      throw new Error("A reason is needed.");
    }
    await api.post("/api/merges/{id}/undo", { params: { id: merge.id }, body: { reason: reason.trim() } });
    await refresh(queryClient, api, "/customers", "/transactions");
    tell(`Customer ${merge.victimId} is a member of their own again.`);
  };
  return (
    <ConfirmDialog opened title="Undo the merge" action="Undo the merge" onConfirm={undo} onClose={onClose}>
      <Stack gap="sm">
        <Text size="sm">
          Customer {merge.victimId} gets back their profiles, identifiers, points and tier, by new entries in
          both ledgers. Purchases made since the merge stay with this member.
        </Text>
        <Textarea
          label="Reason"
          description="Kept in the audit trail of both"
          required
          autosize
          minRows={2}
          maxLength={500}
          value={reason}
          error={objection}
          onChange={({ currentTarget }) => {
            setReason(currentTarget.value);
            setObjection(null);
          }}
        />
      </Stack>
    </ConfirmDialog>
  );
};
