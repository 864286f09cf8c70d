import { ActionIcon, Group, Menu, Table, Text } from "@mantine/core";
import { IconDots } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { type ReactNode, useState } from "react";
import type { Program } from "../api/programs.ts";
import { refresh } from "../api/query.ts";
import { useOrganisation } from "../shell/organisation.ts";
import { DateTime } from "../ui/amounts.tsx";
import { ConfirmDialog } from "../ui/confirm-dialog.tsx";
import { MenuLink } from "../ui/links.tsx";
import { tell } from "../ui/notify.ts";
import { Panel } from "../ui/panel.tsx";

type Version = Program["versions"][number];

/** A program's versions: who published which and when, what changed, and the way back to one. */
export const VersionsPanel = ({ program }: { program: Program }) => {
  const { may } = useOrganisation();
  const [restored, setRestored] = useState<number | null>(null);
  const { versions, publishedVersion } = program;
  return (
    <Panel title="Versions" description="Published versions never change" flush>
      {versions.length === 0 ? (
        <Text size="sm" c="dimmed" px="lg" pb="md">
          None yet
        </Text>
      ) : (
        <Table horizontalSpacing="lg" verticalSpacing={8} mb={6}>
          <Table.Tbody>
            {versions.map((row) => (
              <Row
                key={row.version}
                row={row}
                program={program}
                isNewest={row.version === publishedVersion}
                {...(may("Program:write") ? { onRestore: () => setRestored(row.version) } : {})}
              />
            ))}
          </Table.Tbody>
        </Table>
      )}
      {restored !== null && (
        <RestoreDialog program={program} version={restored} onClose={() => setRestored(null)} />
      )}
    </Panel>
  );
};

const Row = ({
  row: { version, publishedAt, publishedBy, effectiveFrom },
  program,
  isNewest,
  onRestore,
}: {
  row: Version;
  program: Program;
  isNewest: boolean;
  onRestore?: () => void;
}) => (
  <Table.Tr>
    <Table.Td>
      <Text size="sm" fw={isNewest ? 600 : 400}>
        Version {version}
      </Text>
      <Text size="xs" c="dimmed">
        <DateTime value={publishedAt} />
        {publishedBy && <> by {publishedBy}</>}
      </Text>
    </Table.Td>
    <Table.Td ta="right">
      <Group gap={6} justify="flex-end" wrap="nowrap">
        <div>
          <Text size="xs" c="dimmed">
            in force from
          </Text>
          <DateTime value={effectiveFrom} show="date" size="sm" />
        </div>
        <Menu position="bottom-end">
          <Menu.Target>
            <ActionIcon variant="subtle" color="gray" aria-label={`More of version ${version}`}>
              <IconDots size={16} stroke={1.6} aria-hidden />
            </ActionIcon>
          </Menu.Target>
          <Menu.Dropdown>
            {version > 1 && (
              <CompareItem from={version - 1} to={version}>
                Changes since version {version - 1}
              </CompareItem>
            )}
            {!isNewest && program.publishedVersion !== null && (
              <CompareItem from={version} to={program.publishedVersion}>
                Compare with version {program.publishedVersion}
              </CompareItem>
            )}
            {program.hasDraft && (
              <CompareItem from={version} to="draft">
                Compare with the draft
              </CompareItem>
            )}
            {onRestore && <Menu.Item onClick={onRestore}>Make a draft of it…</Menu.Item>}
          </Menu.Dropdown>
        </Menu>
      </Group>
    </Table.Td>
  </Table.Tr>
);

const CompareItem = ({ from, to, children }: { from: number; to: number | "draft"; children: ReactNode }) => (
  <MenuLink
    from="/$org/loyalty/$programId"
    to="/$org/loyalty/$programId/compare"
    search={{ from: String(from), to: String(to) }}
  >
    {children}
  </MenuLink>
);

/** Going back: the version becomes the draft, to look at and to publish as a version of its own. */
const RestoreDialog = ({
  program,
  version,
  onClose,
}: {
  program: Program;
  version: number;
  onClose: () => void;
}) => {
  const { api, organisation } = useOrganisation();
  const queryClient = useQueryClient();
  const navigate = useNavigate();
  const restore = async () => {
    const { problems } = await api.post("/api/programs/{id}/versions/{version}/draft", {
      params: { id: program.id, version },
      body: { replace: true },
    });
    await refresh(queryClient, api, "/programs");
    tell(
      problems.length === 0
        ? `The draft is what version ${version} was. Publish it to go back.`
        : `The draft is what version ${version} was. It needs some changes before it can be published.`,
    );
    await navigate({
      to: "/$org/loyalty/$programId/draft",
      params: { org: organisation.code.toLowerCase(), programId: String(program.id) },
    });
  };
  return (
    <ConfirmDialog
      opened
      onClose={onClose}
      onConfirm={restore}
      title={`Make a draft of version ${version}?`}
      action="Make the draft"
      dangerous={program.hasDraft}
    >
      {program.hasDraft
        ? "The draft that is there now is given up and cannot be brought back. "
        : "Nothing changes for members yet. "}
      To go back to version {version}, publish the draft: it becomes the next version, and what was decided
      since stays.
    </ConfirmDialog>
  );
};
