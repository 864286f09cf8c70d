import { Button, Group, Select, Text } from "@mantine/core";
import { IconFolderPlus, IconPlus } from "@tabler/icons-react";
import { MoveButtons } from "../workflow/move-buttons.tsx";
import type { Catalogue } from "./catalogue.ts";
import { ConditionRow } from "./condition-row.tsx";
import styles from "./expression.module.css";
import type { Place } from "./queries.ts";
import {
  addItem,
  changeAt,
  type GroupTree,
  moveItem,
  NEW_CONDITION,
  type RuleTree,
  stripNot,
  toggleNot,
} from "./tree.ts";

/** Groups within groups that can be added; what is deeper already is shown all the same. */
const DEEPEST = 3;

const KINDS = {
  all: "All of these hold",
  any: "Any of these holds",
  "not all": "Not all of these hold",
  "not any": "None of these holds",
} as const;
type Kind = keyof typeof KINDS;

const isGroup = (tree: RuleTree): tree is GroupTree => tree.kind === "all" || tree.kind === "any";

export interface GroupParts {
  /** A group, or the opposite of one. */
  tree: RuleTree;
  number: string;
  depth: number;
  catalogue: Catalogue;
  place: Place;
  /** Null: nothing is left of it. */
  onChange: (tree: RuleTree | null) => void;
  onUp?: (() => void) | null;
  onDown?: (() => void) | null;
}

/** Conditions and groups of them, of which all or any must hold. */
export const GroupEditor = (parts: GroupParts) => {
  const { tree, number, depth, onChange, onUp = null, onDown = null } = parts;
  const { part, negated } = stripNot(tree);
  if (!isGroup(part)) return null;
  const put = (group: GroupTree) => onChange(negated ? { kind: "not", item: group } : group);
  const kind: Kind = negated ? `not ${part.kind}` : part.kind;
  const changeKind = (next: Kind) => {
    const group: RuleTree = { ...part, kind: next.endsWith("all") ? "all" : "any" };
    const isNegated = next.startsWith("not");
    if (isNegated === negated) onChange(negated ? { kind: "not", item: group } : group);
    else onChange(isNegated ? { kind: "not", item: group } : toggleNot({ kind: "not", item: group }));
  };
  const name = number === "" ? "all conditions" : `group ${number}`;
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset cannot be laid out as a grid everywhere.
    <div
      role="group"
      aria-label={number === "" ? "Conditions" : `Group ${number}`}
      className={styles.group}
      data-nested={depth > 0 || undefined}
    >
      {(part.items.length > 1 || depth > 0 || negated) && (
        <Group justify="space-between" gap="xs">
          <Select
            aria-label={`How ${name} are taken together`}
            w={220}
            allowDeselect={false}
            value={kind}
            data={Object.entries(KINDS).map(([value, label]) => ({ value, label }))}
            onChange={(next) => next !== null && changeKind(next as Kind)}
          />
          {depth > 0 && (
            <MoveButtons name={name} onUp={onUp} onDown={onDown} onRemove={() => onChange(null)} />
          )}
        </Group>
      )}
      {part.items.length === 0 && (
        <Text size="sm" c="dimmed">
          Always: there is no condition.
        </Text>
      )}
      <Items {...parts} group={part} put={put} />
      <Group gap="xs">
        <Button
          variant="default"
          size="compact-sm"
          leftSection={<IconPlus size={14} aria-hidden />}
          aria-label={number === "" ? undefined : `Add a condition to group ${number}`}
          onClick={() => put(addItem(part, NEW_CONDITION))}
        >
          Add a condition
        </Button>
        {depth < DEEPEST && (
          <Button
            variant="default"
            size="compact-sm"
            leftSection={<IconFolderPlus size={14} aria-hidden />}
            aria-label={number === "" ? undefined : `Add a group to group ${number}`}
            onClick={() =>
              put(
                addItem(part, {
                  kind: part.kind === "all" ? "any" : "all",
                  items: [NEW_CONDITION, NEW_CONDITION],
                }),
              )
            }
          >
            Add a group
          </Button>
        )}
      </Group>
    </div>
  );
};

const Items = ({
  group,
  put,
  number,
  depth,
  catalogue,
  place,
  onChange,
}: GroupParts & { group: GroupTree; put: (group: GroupTree) => void }) =>
  group.items.map((item, index) => {
    const own = number === "" ? `${index + 1}` : `${number}.${index + 1}`;
    const change = (next: RuleTree | null) => {
      const changed = changeAt(group, [index], () => next) as GroupTree;
      // A group within others goes with its last part.
      if (changed.items.length === 0 && depth > 0) onChange(null);
      else put(changed);
    };
    const shared = {
      tree: item,
      number: own,
      catalogue,
      place,
      onUp: index === 0 ? null : () => put(moveItem(group, index, index - 1)),
      onDown: index === group.items.length - 1 ? null : () => put(moveItem(group, index, index + 1)),
    };
    return (
      // biome-ignore lint/suspicious/noArrayIndexKey: parts of an expression have no ids, and each shows what it is given.
      <div key={index} className={styles.item}>
        {index > 0 && (
          <Text size="xs" c="dimmed" fw={500} className={styles.joint!}>
            {group.kind === "all" ? "and" : "or"}
          </Text>
        )}
        {isGroup(stripNot(item).part) ? (
          <GroupEditor {...shared} depth={depth + 1} onChange={change} />
        ) : (
          <ConditionRow {...shared} onChange={change} onRemove={() => change(null)} />
        )}
      </div>
    );
  });
