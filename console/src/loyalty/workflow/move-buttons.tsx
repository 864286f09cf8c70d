import { ActionIcon, Group } from "@mantine/core";
import { IconArrowDown, IconArrowUp, IconTrash } from "@tabler/icons-react";
import { type ReactNode, useId } from "react";
import styles from "./workflow.module.css";

/** Moves an item of a list up and down and takes it out. A null way is not open. */
export const MoveButtons = ({
  name,
  onUp,
  onDown,
  onRemove,
}: {
  /** What is moved, for screen readers. */
  name: string;
  onUp: (() => void) | null;
  onDown: (() => void) | null;
  onRemove: () => void;
}) => {
  const id = useId();
  /** The item takes another place in the page, which would lose the focus. */
  const keepFocus = (way: string, act: () => void) => () => {
    act();
    requestAnimationFrame(() => document.getElementById(`${id}-${way}`)?.focus());
  };
  return (
    <Group gap={2} wrap="nowrap" style={{ flexShrink: 0 }}>
      {(onUp !== null || onDown !== null) && (
        <>
          <Way id={`${id}-up`} label={`Move ${name} up`} onClick={onUp && keepFocus("up", onUp)}>
            <IconArrowUp size={16} stroke={1.6} />
          </Way>
          <Way id={`${id}-down`} label={`Move ${name} down`} onClick={onDown && keepFocus("down", onDown)}>
            <IconArrowDown size={16} stroke={1.6} />
          </Way>
        </>
      )}
      <ActionIcon size={34} aria-label={`Remove ${name}`} onClick={onRemove}>
        <IconTrash size={16} stroke={1.6} />
      </ActionIcon>
    </Group>
  );
};

/** Stays where the focus can be, also at the end of its way. */
const Way = ({
  id,
  label,
  onClick,
  children,
}: {
  id: string;
  label: string;
  onClick: (() => void) | null;
  children: ReactNode;
}) => (
  <ActionIcon
    id={id}
    size={34}
    aria-label={label}
    className={styles.way!}
    aria-disabled={onClick === null}
    data-disabled={onClick === null || undefined}
    onClick={onClick ?? undefined}
  >
    {children}
  </ActionIcon>
);
