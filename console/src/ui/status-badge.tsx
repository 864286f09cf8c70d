import { Badge, type BadgeProps } from "@mantine/core";

export type Tone = "good" | "busy" | "warning" | "bad" | "quiet";

const COLOURS: Record<Tone, string> = {
  good: "pine",
  busy: "blue",
  warning: "gold",
  bad: "clay",
  quiet: "gray",
};

/** A state in a word; the colour only repeats what the word says. */
export const StatusBadge = ({
  tone,
  children,
  ...rest
}: Omit<BadgeProps, "color"> & { tone: Tone; children: string }) => (
  <Badge color={COLOURS[tone]} {...rest}>
    {children}
  </Badge>
);
