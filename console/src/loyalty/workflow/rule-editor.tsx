import { Stack, Text, TextInput, UnstyledButton } from "@mantine/core";
import { IconAlertTriangle, IconChevronRight } from "@tabler/icons-react";
import { useId } from "react";
import { useFormat } from "../../ui/format-context.tsx";
import { ConditionEditor } from "../expression/condition-editor.tsx";
import type { Place } from "../expression/queries.ts";
import { FieldProblem } from "../fields.tsx";
import { ActionsEditor, type ActionsParts } from "./actions-editor.tsx";
import { MoveButtons } from "./move-buttons.tsx";
import { ruleText } from "./words.ts";
import styles from "./workflow.module.css";

/** One rule of a set: a line that says what it does, and when it is opened everything that can be said about it. */
export const RuleEditor = ({
  isOpen,
  isWrong,
  place,
  onCondition,
  onToggle,
  onUp,
  onDown,
  onRemove,
  ...parts
}: ActionsParts & {
  isOpen: boolean;
  isWrong: boolean;
  /** How its set runs, which its condition can speak of. */
  place: Place;
  /** The condition, which may arrive when other things of the rule have changed. */
  onCondition: (condition: string) => void;
  onToggle: () => void;
  onUp: (() => void) | null;
  onDown: (() => void) | null;
  onRemove: () => void;
}) => {
  const { rule, sets, definition, problem, onChange } = parts;
  const format = useFormat();
  const id = useId();
  return (
    <div className={styles.rule} data-open={isOpen || undefined}>
      <div className={styles.ruleHead}>
        <div className={styles.summary}>
          <UnstyledButton
            className={styles.toggle!}
            onClick={onToggle}
            aria-expanded={isOpen}
            {...(isOpen ? { "aria-controls": id } : {})}
          >
            <IconChevronRight size={16} stroke={1.8} aria-hidden className={styles.chevron} />
            {rule.name}
            {isWrong && <IconAlertTriangle size={15} aria-label="has problems" className={styles.warning} />}
          </UnstyledButton>
          {!isOpen && (
            <>
              <code className={styles.condition}>{rule.condition}</code>
              <Text size="sm" c="dimmed" className={styles.effect!}>
                {ruleText(rule, { ...definition, sets }, format)}
              </Text>
            </>
          )}
        </div>
        <MoveButtons name={`rule ${rule.name}`} onUp={onUp} onDown={onDown} onRemove={onRemove} />
      </div>
      {isOpen && (
        <Stack gap="lg" id={id} className={styles.ruleBody!}>
          <TextInput
            label="Rule"
            value={rule.name}
            onChange={({ currentTarget }) => onChange({ ...rule, name: currentTarget.value })}
            error={problem("name") ?? problem("id")}
          />
          <ConditionEditor
            value={rule.condition}
            place={place}
            problem={problem("condition")}
            onChange={onCondition}
          />
          <ActionsEditor branch="actions" {...parts} />
          <ActionsEditor branch="otherwise" {...parts} />
          <FieldProblem>{problem("")}</FieldProblem>
        </Stack>
      )}
    </div>
  );
};
