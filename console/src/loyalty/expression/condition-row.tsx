import { Button, Select, Text, TextInput } from "@mantine/core";
import { MoveButtons } from "../workflow/move-buttons.tsx";
import { AttributePicker } from "./attribute-picker.tsx";
import {
  type Catalogue,
  firstArguments,
  operandOf,
  operatorsFor,
  partsFor,
  type Row,
  rowOf,
  withOperand,
  withOperator,
} from "./catalogue.ts";
import { useConditionContext } from "./condition-context.ts";
import styles from "./expression.module.css";
import { type Operand, operandText, splitArgs } from "./operand.ts";
import type { Place } from "./queries.ts";
import { type Condition, type RuleTree, stripNot, textOfCondition, toggleNot } from "./tree.ts";
import { ArgumentInputs, ValueInput } from "./value-input.tsx";

/** One condition of a group: what, how and which value; or its text, where no form can show it. */
export const ConditionRow = ({
  tree,
  number,
  catalogue,
  place,
  onChange,
  onUp,
  onDown,
  onRemove,
}: {
  tree: RuleTree;
  /** Its place in the group, from 1. */
  number: string;
  catalogue: Catalogue;
  place: Place;
  onChange: (tree: RuleTree) => void;
  onUp: (() => void) | null;
  onDown: (() => void) | null;
  onRemove: () => void;
}) => {
  const { part, negated } = stripNot(tree);
  const put = (next: RuleTree) => onChange(negated && tree.kind === "not" ? { ...tree, item: next } : next);
  const row = part.kind === "condition" ? rowOf(part, catalogue) : null;
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset cannot be laid out as a grid everywhere.
    <div role="group" aria-label={`Condition ${number}`} className={styles.row}>
      <Button
        size="compact-sm"
        variant={negated ? "filled" : "default"}
        aria-pressed={negated}
        className={styles.not!}
        onClick={() => onChange(toggleNot(tree))}
      >
        Not
      </Button>
      {row !== null && part.kind === "condition" ? (
        <RowFields condition={part} row={row} catalogue={catalogue} place={place} onChange={put} />
      ) : (
        <TextLeaf part={part} onChange={put} />
      )}
      <div className={styles.tools}>
        <MoveButtons name={`condition ${number}`} onUp={onUp} onDown={onDown} onRemove={onRemove} />
      </div>
    </div>
  );
};

/** A part that no form can show, as its text. */
const TextLeaf = ({ part, onChange }: { part: RuleTree; onChange: (tree: RuleTree) => void }) => {
  const text = part.kind === "raw" ? part.text : part.kind === "condition" ? textOfCondition(part) : "";
  return (
    <div className={styles.leaf}>
      <TextInput
        aria-label="Condition, as an expression"
        value={text}
        classNames={{ input: styles.input! }}
        spellCheck={false}
        onChange={({ currentTarget }) => {
          const { parentheses } = part;
          onChange({
            kind: "raw",
            text: currentTarget.value,
            ...(parentheses === undefined ? {} : { parentheses }),
          });
        }}
      />
      <Text size="xs" c="dimmed" mt={4}>
        No form can show this part: it stands as its text.
      </Text>
    </div>
  );
};

const RowFields = ({
  condition,
  row,
  catalogue,
  place,
  onChange,
}: {
  condition: Condition & { parentheses?: number };
  row: Row;
  catalogue: Catalogue;
  place: Place;
  onChange: (tree: RuleTree) => void;
}) => {
  const { operand, entry, part, type, operator, method } = row;
  const { tierNames } = useConditionContext();
  const put = (next: Condition) => onChange({ ...condition, ...next });
  const known = entry.names === "tier" ? tierNames : undefined;
  const withLeft = (next: Operand) => put({ ...condition, left: operandText(next) });
  const parts = partsFor(entry.type, catalogue);
  const operators = operatorsFor(type, catalogue, operator);
  return (
    <>
      <div className={styles.what}>
        <AttributePicker
          entry={entry}
          catalogue={catalogue}
          onPick={(next) => put(withOperand(condition, type, operandOf(next), next.type))}
        />
        <code className={styles.code}>
          {operand.profile}.{entry.name}
        </code>
        {operand.args !== null && operand.args.length > 0 && (
          <div className={styles.arguments}>
            <ArgumentInputs
              parameters={entry.parameters}
              args={operand.args}
              before={`${operand.profile}.${operand.name}(`}
              place={place}
              onChange={(args) => withLeft({ ...operand, args })}
            />
          </div>
        )}
        {parts.length > 0 && (part !== null || entry.type === "date") && (
          <Select
            aria-label="Of which"
            allowDeselect={false}
            value={part?.name ?? ""}
            data={[{ value: "", label: "the moment itself" }, ...parts]}
            onChange={(name) => {
              const next = catalogue.methods.find((one) => one.name === name && one.on.includes(entry.type));
              const method = next ? { name: next.name, args: firstArguments(next.parameters) } : null;
              put(withOperand(condition, type, { ...operand, method }, next?.type ?? entry.type));
            }}
          />
        )}
        {part !== null && operand.method !== null && operand.method.args.length > 0 && (
          <div className={styles.arguments}>
            <ArgumentInputs
              parameters={part.parameters}
              args={operand.method.args}
              before={`${operandText({ ...operand, method: null })}.${part.name}(`}
              place={place}
              onChange={(args) => withLeft({ ...operand, method: { name: part.name, args } })}
            />
          </div>
        )}
      </div>
      <div className={styles.told}>
        <Select
          className={styles.how!}
          aria-label="How"
          allowDeselect={false}
          value={method?.name ?? operator}
          data={operators}
          onChange={(next) => next !== null && put(withOperator(condition, row, next, catalogue))}
        />
        <div className={styles.value}>
          {method === null
            ? condition.right !== null && (
                <ValueInput
                  label="Value"
                  type={type}
                  text={condition.right}
                  before={`${condition.left} ${operator} `}
                  {...(known === undefined ? {} : { known })}
                  place={place}
                  onChange={(right) => put({ ...condition, right })}
                />
              )
            : method.parameters.length > 0 && (
                <ArgumentInputs
                  parameters={method.parameters}
                  args={splitArgs(condition.right ?? "")}
                  before={`${condition.left}.${method.name}(`}
                  place={place}
                  onChange={(args) => put({ ...condition, right: args.join(", ") })}
                />
              )}
        </div>
      </div>
    </>
  );
};
