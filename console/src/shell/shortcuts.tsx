import { Anchor, Group, Kbd, Modal, Stack, Table, Text } from "@mantine/core";
import { spotlight } from "@mantine/spotlight";
import { useNavigate } from "@tanstack/react-router";
import { useEffect, useRef } from "react";
import { AREAS } from "./areas.ts";
import { useOrganisation } from "./organisation.ts";

const apple = /Mac|iP(hone|ad|od)/.test(navigator.platform);
export const MOD = apple ? "⌘" : "Ctrl";

const typing = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement &&
  (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));

/** How long the second key of a pair may take. */
const PAIR_MILLISECONDS = 1200;

/** Single keys that work wherever nothing is typed: `/` searches, `?` helps, `g` and a letter goes to an area. */
export const useShortcuts = (openSheet: () => void) => {
  const navigate = useNavigate();
  const { organisation, may } = useOrganisation();
  const goingSince = useRef(0);
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      if (event.metaKey || event.ctrlKey || event.altKey || typing(event.target)) return;
      const going = event.timeStamp - goingSince.current < PAIR_MILLISECONDS;
      goingSince.current = event.key === "g" ? event.timeStamp : 0;
      const area = going
        ? AREAS.find(({ key, permission }) => key === event.key && may(permission))
        : undefined;
      if (area !== undefined) {
        event.preventDefault();
        void navigate({ to: area.link.to, params: { org: organisation.code.toLowerCase() } });
      } else if (event.key === "/") {
        event.preventDefault();
        spotlight.open();
      } else if (event.key === "?") openSheet();
    };
    window.addEventListener("keydown", listen);
    return () => window.removeEventListener("keydown", listen);
  }, [navigate, organisation, may, openSheet]);
};

const Keys = ({ keys }: { keys: readonly string[] }) => (
  <Group gap={4} justify="flex-end">
    {keys.map((key) => (
      <Kbd key={key} size="sm">
        {key}
      </Kbd>
    ))}
  </Group>
);

/** What the keyboard can do, and where the documentation is. */
export const ShortcutSheet = ({ opened, onClose }: { opened: boolean; onClose: () => void }) => {
  const { may } = useOrganisation();
  const rows: [string, readonly string[]][] = [
    ["Search, or go anywhere", [MOD, "K"]],
    ["Search", ["/"]],
    ["This help", ["?"]],
    ...AREAS.filter(({ permission }) => may(permission)).map(
      ({ label, key }): [string, readonly string[]] => [`Go to ${label}`, ["G", key.toUpperCase()]],
    ),
    ["Close what is open", ["Esc"]],
  ];
  return (
    <Modal opened={opened} onClose={onClose} title="Help">
      <Stack gap="md">
        <Text size="sm">
          Every list, customer and bill has its own address: share the link, and your colleague sees the same.
          The programming interface is described at{" "}
          <Anchor href="/docs" target="_blank" rel="noreferrer" inherit underline="always">
            /docs
          </Anchor>
          .
        </Text>
        <Table verticalSpacing={6} horizontalSpacing={0}>
          <Table.Tbody>
            {rows.map(([label, keys]) => (
              <Table.Tr key={label}>
                <Table.Td>{label}</Table.Td>
                <Table.Td>
                  <Keys keys={keys} />
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Stack>
    </Modal>
  );
};
