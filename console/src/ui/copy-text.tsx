import { ActionIcon, CopyButton, Group, Text, type TextProps, Tooltip } from "@mantine/core";
import { IconCheck, IconCopy } from "@tabler/icons-react";

/** A value that people carry elsewhere, with a button that copies it. */
export const CopyText = ({
  value,
  label,
  mono = false,
  ...rest
}: Omit<TextProps, "children"> & { value: string; label: string; mono?: boolean }) => (
  <Group gap={2} wrap="nowrap" display="inline-flex" miw={0}>
    <Text component="span" inherit truncate {...(mono ? { ff: "monospace" } : {})} {...rest}>
      {value}
    </Text>
    <CopyButton value={value}>
      {({ copied, copy }) => (
        <Tooltip label={copied ? "Copied" : `Copy ${label}`} openDelay={200}>
          <ActionIcon
            size={22}
            color={copied ? "pine" : "gray"}
            onClick={copy}
            aria-label={copied ? `${label} copied` : `Copy ${label}`}
          >
            {copied ? <IconCheck size={14} /> : <IconCopy size={14} stroke={1.5} />}
          </ActionIcon>
        </Tooltip>
      )}
    </CopyButton>
  </Group>
);
