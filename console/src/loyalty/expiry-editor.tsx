import { Group, NumberInput, Select, Stack, Text } from "@mantine/core";
import { Panel } from "../ui/panel.tsx";
import { problemAt } from "./draft.ts";
import { expiryText } from "./program-words.ts";
import type { EditorParts } from "./tiers-editor.tsx";

/** How long points live. */
export const ExpiryEditor = ({ definition, problems, change }: EditorParts) => {
  const { expiry } = definition;
  return (
    <Panel title="Expiry">
      <Stack gap="sm">
        <Group align="flex-start" gap="sm">
          <Select
            label="Points"
            allowDeselect={false}
            w={160}
            value={expiry.kind}
            data={[
              { value: "months", label: "expire" },
              { value: "never", label: "never expire" },
            ]}
            onChange={(kind) =>
              change({
                ...definition,
                expiry:
                  kind === "never" ? { kind: "never" } : { kind: "months", months: 12, endsWith: "month" },
              })
            }
          />
          {expiry.kind === "months" && (
            <>
              <NumberInput
                label="After months"
                w={130}
                min={1}
                max={1200}
                allowDecimal={false}
                value={expiry.months}
                onChange={(value) =>
                  change({ ...definition, expiry: { ...expiry, months: Number(value) || 1 } })
                }
                error={problemAt(problems, "expiry.months")}
              />
              <Select
                label="At the end of"
                w={180}
                allowDeselect={false}
                value={expiry.endsWith}
                data={[
                  { value: "month", label: "that month" },
                  { value: "day", label: "the same day" },
                ]}
                onChange={(endsWith) =>
                  change({ ...definition, expiry: { ...expiry, endsWith: endsWith as "month" | "day" } })
                }
              />
            </>
          )}
        </Group>
        <Text size="sm" c="dimmed">
          {expiryText(expiry)}
        </Text>
      </Stack>
    </Panel>
  );
};
