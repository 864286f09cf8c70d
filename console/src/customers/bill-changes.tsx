import { Stack, Text } from "@mantine/core";
import type { Transaction } from "../api/types.ts";
import { DateTime } from "../ui/amounts.tsx";
import { Panel } from "../ui/panel.tsx";
import { plainWords } from "./names.ts";

type Change = Transaction["changes"][number];

const NAMES: Record<string, string> = { deliveryStatus: "Delivery status", note: "Note" };

/** `extendedFields.channel` of line 2 → "Channel of line 2". */
const nameOf = ({ field, line }: Change["parts"][number]): string => {
  const name = NAMES[field] ?? plainWords(field.split(".").slice(1).join("."));
  return line === undefined ? name : `${name} of line ${line}`;
};

const shown = (value: unknown): string => (value === null || value === "" ? "nothing" : String(value));

/** Who changed what of the bill since it was recorded; nothing for a bill that nobody touched. */
export const BillChanges = ({ transaction: { changes } }: { transaction: Transaction }) => {
  if (changes.length === 0) return null;
  return (
    <Panel title="Changes" order={3}>
      <Stack gap="sm">
        {changes.map((change) => (
          <div key={`${change.at} ${change.parts.map(nameOf).join()}`}>
            {change.parts.map((part) => (
              <Text key={nameOf(part)} size="sm">
                {nameOf(part)}: {shown(part.from)} → <b>{shown(part.to)}</b>
              </Text>
            ))}
            <Text size="xs" c="dimmed">
              <DateTime value={change.at} /> by {change.by}
            </Text>
          </div>
        ))}
      </Stack>
    </Panel>
  );
};
