import { Button, Group, Text } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { newRequestKey } from "../../api/client.ts";
import { refresh } from "../../api/query.ts";
import type { Hold } from "../../api/types.ts";
import { useOrganisation } from "../../shell/organisation.ts";
import { DateTime, Points } from "../../ui/amounts.tsx";
import { ConfirmDialog } from "../../ui/confirm-dialog.tsx";
import { tell } from "../../ui/notify.ts";
import { Panel } from "../../ui/panel.tsx";
import { holdsQuery } from "../queries.ts";
import classes from "./redemptions.module.css";
import { CaptureDialog } from "./spend-dialogs.tsx";

type Open = { readonly hold: Hold; readonly act: "capture" | "release"; readonly key: string } | null;

/** Points that are held now; nothing at all while there are none. */
export const HoldsPanel = ({ memberId }: { memberId: string }) => {
  const { api } = useOrganisation();
  const queryClient = useQueryClient();
  const { data } = useQuery(holdsQuery(api, memberId));
  const [open, setOpen] = useState<Open>(null);
  if (data === undefined || data.items.length === 0) return null;
  const close = () => setOpen(null);
  const release = async ({ hold, key }: NonNullable<Open>) => {
    await api.post("/api/holds/{id}/release", { params: { id: hold.id }, requestKey: key });
    await refresh(queryClient, api, `/customers/${memberId}`);
    tell("The points can be spent again.");
  };
  return (
    <Panel title="Held">
      <ul className={classes.list}>
        {data.items.map((hold) => (
          <Item key={hold.id} hold={hold} onAct={(act) => setOpen({ hold, act, key: newRequestKey() })} />
        ))}
      </ul>
      {open?.act === "capture" && <CaptureDialog memberId={memberId} hold={open.hold} onClose={close} />}
      {open?.act === "release" && (
        <ConfirmDialog
          opened
          title="Release the hold"
          action="Release"
          onConfirm={() => release(open)}
          onClose={close}
        >
          <Points value={open.hold.points - open.hold.captured} unit /> can be spent again at once. Whoever
          holds them can no longer spend them by this hold.
        </ConfirmDialog>
      )}
    </Panel>
  );
};

const Item = ({ hold, onAct }: { hold: Hold; onAct: (act: "capture" | "release") => void }) => {
  const { may } = useOrganisation();
  return (
    <li className={classes.item}>
      <Text size="sm" fw={500}>
        <Points value={(hold.points * 1000 - hold.captured * 1000) / 1000} unit={hold.captured === 0} />
        {hold.captured > 0 && (
          <Text span inherit c="dimmed" fw={400}>
            {" "}
            of <Points value={hold.points} unit />
          </Text>
        )}
      </Text>
      <Text size="xs" c="dimmed">
        Until <DateTime value={hold.expiresAt} />
        {hold.by !== "" && <> · by {hold.by}</>}
        {hold.billNumber !== "" && <> · bill {hold.billNumber}</>}
      </Text>
      {hold.notes !== "" && <Text size="xs">{hold.notes}</Text>}
      {may("Points:write") && (
        <Group gap="xs" mt={8} mb={2}>
          <Button size="compact-sm" variant="default" onClick={() => onAct("capture")}>
            Spend
          </Button>
          <Button size="compact-sm" variant="default" onClick={() => onAct("release")}>
            Release
          </Button>
        </Group>
      )}
    </li>
  );
};
