import { Button, Group, Menu } from "@mantine/core";
import {
  IconArrowRight,
  IconChevronDown,
  IconCoins,
  IconGift,
  IconLock,
  IconMinus,
} from "@tabler/icons-react";
import { useState } from "react";
import { useOrganisation } from "../../shell/organisation.ts";
import { DeductDialog, GrantDialog, TransferDialog } from "./by-hand-dialogs.tsx";
import type { Purse } from "./movement-fields.tsx";
import { HoldDialog, RedeemDialog } from "./spend-dialogs.tsx";

type Open = "redeem" | "hold" | "grant" | "deduct" | "transfer" | null;

/** What may be done with a member's points by hand. */
export const MovementActions = ({
  memberId,
  purses,
}: {
  memberId: string;
  /** What can be spent, by program; absent until it is known. */
  purses: readonly Purse[] | undefined;
}) => {
  const { may } = useOrganisation();
  const [open, setOpen] = useState<Open>(null);
  if (!may("Points:write")) return null;
  const parts = { memberId, purses, onClose: () => setOpen(null) };
  return (
    <>
      <Group gap="xs" wrap="nowrap">
        <Button leftSection={<IconCoins size={16} aria-hidden />} onClick={() => setOpen("redeem")}>
          Redeem
        </Button>
        <Button
          variant="default"
          leftSection={<IconLock size={16} aria-hidden />}
          onClick={() => setOpen("hold")}
        >
          Hold
        </Button>
        <Menu position="bottom-end">
          <Menu.Target>
            <Button variant="default" rightSection={<IconChevronDown size={16} aria-hidden />}>
              More
            </Button>
          </Menu.Target>
          <Menu.Dropdown>
            <Menu.Item leftSection={<IconGift size={16} aria-hidden />} onClick={() => setOpen("grant")}>
              Grant points
            </Menu.Item>
            <Menu.Item
              leftSection={<IconArrowRight size={16} aria-hidden />}
              onClick={() => setOpen("transfer")}
            >
              Transfer points
            </Menu.Item>
            <Menu.Item leftSection={<IconMinus size={16} aria-hidden />} onClick={() => setOpen("deduct")}>
              Deduct points
            </Menu.Item>
          </Menu.Dropdown>
        </Menu>
      </Group>
      {open === "redeem" && <RedeemDialog {...parts} />}
      {open === "grant" && <GrantDialog {...parts} />}
      {open === "deduct" && <DeductDialog {...parts} />}
      {open === "transfer" && <TransferDialog {...parts} />}
      {open === "hold" && <HoldDialog {...parts} />}
    </>
  );
};
