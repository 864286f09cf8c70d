import { Alert, Stack, Text } from "@mantine/core";
import { IconKey } from "@tabler/icons-react";
import { CopyText } from "../ui/copy-text.tsx";

/** Secrets that are shown this once, to be copied. */
export const SecretBox = ({ values }: { values: { label: string; value: string }[] }) => (
  <Alert
    color="gold"
    variant="light"
    icon={<IconKey size={18} />}
    title="Copy this now: it is not shown again"
  >
    <Stack gap="xs">
      {values.map(({ label, value }) => (
        <div key={label}>
          <Text size="xs" c="dimmed">
            {label}
          </Text>
          <CopyText value={value} label={label.toLowerCase()} mono size="sm" />
        </div>
      ))}
    </Stack>
  </Alert>
);
