import { Button, Group } from "@mantine/core";
import { IconCoins, IconLock } from "@tabler/icons-react";
import { useState } from "react";
import type { Balance } from "../../api/types.ts";
import { useOrganisation } from "../../shell/organisation.ts";
import { heldPoints } from "../facts.ts";
import { HoldDialog, RedeemDialog } from "./redeem-dialog.tsx";

type Open = "redeem" | "hold" | null;

/** What may be done with a member's points by hand. */
export const MovementActions = ({
  memberId,
  balances,
}: {
  memberId: string;
  balances: Balance[] | undefined;
}) => {
  const { may } = useOrganisation();
  const [open, setOpen] = useState<Open>(null);
  if (!may("Points:write")) return null;
  const available = balances === undefined ? 0 : heldPoints(balances).regular;
  const parts = { memberId, available, onClose: () => setOpen(null) };
  return (
    <>
      <Group gap="xs" justify="flex-end">
        <Button
          variant="default"
          leftSection={<IconLock size={16} aria-hidden />}
          onClick={() => setOpen("hold")}
        >
          Hold
        </Button>
        <Button leftSection={<IconCoins size={16} aria-hidden />} onClick={() => setOpen("redeem")}>
          Redeem
        </Button>
      </Group>
      {open === "redeem" && <RedeemDialog {...parts} />}
      {open === "hold" && <HoldDialog {...parts} />}
    </>
  );
};
