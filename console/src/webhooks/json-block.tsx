import { ActionIcon, Box, Code, CopyButton, Group, Text, Tooltip } from "@mantine/core";
import { IconCheck, IconCopy } from "@tabler/icons-react";

/** JSON text with its lines, or the text as it is where it is none. */
export const prettyJson = (text: string): string => {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
};

/** What went over the wire, to be read and copied. */
export const JsonBlock = ({ label, text }: { label: string; text: string }) => (
  <Box>
    <Group justify="space-between" gap="xs" mb={4} mih={26}>
      <Text size="sm" fw={500}>
        {label}
      </Text>
      {text !== "" && (
        <CopyButton value={text}>
          {({ copied, copy }) => (
            <Tooltip label={copied ? "Copied" : "Copy"} openDelay={200}>
              <ActionIcon
                size={24}
                variant="subtle"
                color={copied ? "pine" : "gray"}
                onClick={copy}
                aria-label={copied ? `${label} copied` : `Copy: ${label}`}
              >
                {copied ? <IconCheck size={14} /> : <IconCopy size={14} stroke={1.5} />}
              </ActionIcon>
            </Tooltip>
          )}
        </CopyButton>
      )}
    </Group>
    {/* A region that scrolls must be reachable by keyboard. */}
    {/* biome-ignore lint/a11y/noNoninteractiveTabindex: see above. */}
    <section tabIndex={0} aria-label={label} style={{ maxHeight: 360, overflow: "auto" }}>
      <Code block style={{ whiteSpace: "pre-wrap", overflowWrap: "anywhere" }}>
        {text === "" ? "Nothing" : prettyJson(text)}
      </Code>
    </section>
  </Box>
);
