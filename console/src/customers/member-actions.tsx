import { ActionIcon, Menu } from "@mantine/core";
import { IconArrowMerge, IconDots } from "@tabler/icons-react";
import { useState } from "react";
import type { Customer } from "../api/types.ts";
import { useOrganisation } from "../shell/organisation.ts";
import { MergeDialog } from "./merge-dialog.tsx";

/** What can be done to a member as a whole. */
export const MemberActions = ({ customer }: { customer: Customer }) => {
  const { may } = useOrganisation();
  const [merging, setMerging] = useState(false);
  if (!may("Customer:write") || !may("Points:write")) return null;
  return (
    <>
      <Menu position="bottom-end" withinPortal>
        <Menu.Target>
          <ActionIcon variant="default" size="lg" aria-label="More actions">
            <IconDots size={18} stroke={1.6} aria-hidden />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item
            leftSection={<IconArrowMerge size={16} stroke={1.6} aria-hidden />}
            onClick={() => setMerging(true)}
          >
            Merge with another customer…
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      {merging && <MergeDialog customer={customer} onClose={() => setMerging(false)} />}
    </>
  );
};
