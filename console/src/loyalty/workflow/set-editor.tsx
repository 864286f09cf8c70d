import { ActionIcon, Badge, Button, Card, Group, Stack, Text, Title } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconAdjustments, IconPlus } from "@tabler/icons-react";
import { useId } from "react";
import type { Rule } from "../../api/programs.ts";
import { ConfirmDialog } from "../../ui/confirm-dialog.tsx";
import { counted } from "../../ui/format.ts";
import { problemAt, problemsUnder } from "../draft-problems.ts";
import { FieldProblem } from "../fields.tsx";
import type { EditorParts } from "../tiers-editor.tsx";
import {
  addForwardedSet,
  addRule,
  changeRule,
  changeSet,
  moveRule,
  removeRule,
  rulePath,
} from "./changes.ts";
import { MoveButtons } from "./move-buttons.tsx";
import { type OutlineRow, placesOf } from "./outline.ts";
import { RuleEditor } from "./rule-editor.tsx";
import { SetSettings } from "./set-settings.tsx";
import type { Opened } from "./use-opened.ts";
import { setTexts } from "./words.ts";
import styles from "./workflow.module.css";

export interface SetParts extends EditorParts {
  row: OutlineRow;
  opened: Opened;
  isOnly: boolean;
  onUp: (() => void) | null;
  onDown: (() => void) | null;
  onRemove: () => void;
}

/** One set of rules: when it runs, and its rules in order. */
export const SetEditor = ({ row, opened, isOnly, onUp, onDown, onRemove, ...parts }: SetParts) => {
  const { definition, problems, change } = parts;
  const { set, index, depth, from } = row;
  const id = useId();
  const path = `activities.TransactionAdd[${index}]`;
  const key = `set:${set.id}`;
  const isOpen = opened.has(key);
  const texts = setTexts(set, from);
  const [removing, { open: ask, close }] = useDisclosure(false);
  const remove = () => (set.rules.length === 0 ? onRemove() : ask());
  const add = () => {
    const next = addRule(definition, index);
    const rule = next.activities.TransactionAdd[index]?.rules.at(-1);
    change(next);
    if (rule !== undefined) opened.open(`rule:${rule.id}`);
  };
  return (
    <div className={styles.step} data-depth={Math.min(depth, 3)}>
      <Card padding="lg" component="section" aria-labelledby={id} className={styles.set!}>
        <div className={styles.setHead}>
          <div className={styles.setTitle}>
            <Group gap={8}>
              <Title order={2} size="h3" id={id}>
                {set.name}
              </Title>
              {set.isForwarded && from.length === 0 && <Badge color="gold">Never runs</Badge>}
            </Group>
            <Text size="sm" c="dimmed">
              {texts.length === 0
                ? "Every rule is tried for every purchase; the points of those that apply add up"
                : texts.map((text) => `${text}.`).join(" ")}
            </Text>
            <FieldProblem>{problemAt(problems, path)}</FieldProblem>
          </div>
          <Group gap={2} wrap="nowrap">
            <ActionIcon
              size={34}
              aria-label={`Settings of ${set.name}`}
              aria-expanded={isOpen}
              onClick={() => opened.toggle(key)}
            >
              <IconAdjustments size={17} stroke={1.6} />
            </ActionIcon>
            {!isOnly && (
              <MoveButtons name={`the set ${set.name}`} onUp={onUp} onDown={onDown} onRemove={remove} />
            )}
          </Group>
        </div>
        {isOpen && (
          <SetSettings
            set={set}
            problem={(name) => problemAt(problems, `${path}.${name}`)}
            onChange={(part) => change((now) => changeSet(now, index, part))}
          />
        )}
        <Stack gap="sm" mt="md">
          {keyed(set.rules).map(([rule, reactKey], place) => (
            <SetRule key={reactKey} rule={rule} place={place} row={row} opened={opened} {...parts} />
          ))}
          <Button
            variant="default"
            size="xs"
            leftSection={<IconPlus size={14} aria-hidden />}
            aria-label={isOnly ? undefined : `Add a rule to ${set.name}`}
            onClick={add}
            style={{ alignSelf: "flex-start" }}
          >
            Add a rule
          </Button>
        </Stack>
      </Card>
      <ConfirmDialog
        opened={removing}
        onClose={close}
        onConfirm={async () => onRemove()}
        title={`Remove the set ${set.name}?`}
        action="Remove the set"
      >
        Its {set.rules.length} {counted(set.rules.length, "rule")} {set.rules.length === 1 ? "goes" : "go"}{" "}
        with it. What is published stays as it is until the draft is.
      </ConfirmDialog>
    </div>
  );
};

/** Drafts may hold an id twice, which the server refuses to publish; React wants each once. */
const keyed = (rules: readonly Rule[]): [Rule, string][] => {
  const seen = new Map<string, number>();
  return rules.map((rule) => {
    const count = seen.get(rule.id) ?? 0;
    seen.set(rule.id, count + 1);
    return [rule, count === 0 ? rule.id : `${rule.id} ${count}`];
  });
};

const ANYWHERE = { lines: false, tenders: false, trackers: false };

const SetRule = ({
  rule,
  place,
  row: { set, index },
  opened,
  definition,
  problems,
  change,
}: EditorParts & { rule: Rule; place: number; row: OutlineRow; opened: Opened }) => {
  const path = rulePath(index, place);
  const key = `rule:${rule.id}`;
  const put = (next: Rule | ((now: Rule) => Rule)) =>
    change((now) =>
      changeRule(now, index, place, (current) => {
        // Moved or removed while something was on its way: the change was meant for another rule.
        if (current.id !== rule.id) return current;
        return typeof next === "function" ? next(current) : next;
      }),
    );
  const move = (step: 1 | -1) => () => change((now) => moveRule(now, index, place, place + step));
  return (
    <RuleEditor
      rule={rule}
      set={set}
      sets={definition.activities.TransactionAdd}
      definition={definition}
      problem={(name) => problemAt(problems, name === "" ? path : `${path}.${name}`)}
      onChange={put}
      onNewSet={(branch, at) => change((now) => addForwardedSet(now, index, place, branch, at))}
      onCondition={(condition) => put((now) => ({ ...now, condition }))}
      place={placesOf(definition.activities.TransactionAdd, definition.trackers).get(set.id) ?? ANYWHERE}
      isOpen={opened.has(key)}
      isWrong={problemsUnder(problems, path).length > 0}
      onToggle={() => opened.toggle(key)}
      onUp={place === 0 ? null : move(-1)}
      onDown={place === set.rules.length - 1 ? null : move(1)}
      onRemove={() => change((now) => removeRule(now, index, place))}
    />
  );
};
