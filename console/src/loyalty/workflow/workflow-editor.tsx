import { Button, Radio, Stack, Text } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { useEffect, useRef } from "react";
import type { Problem, ProgramDefinition, RuleSet } from "../../api/programs.ts";
import { Panel } from "../../ui/panel.tsx";
import { problemAt, problemsUnder } from "../draft-problems.ts";
import { FieldProblem } from "../fields.tsx";
import type { EditorParts } from "../tiers-editor.tsx";
import { allActions, isAward } from "./actions.ts";
import { addSet, removeSet, rulePath, setsOf, swapSets } from "./changes.ts";
import { outlineOf } from "./outline.ts";
import { SetEditor } from "./set-editor.tsx";
import { type Opened, useOpened } from "./use-opened.ts";

/** The sets of rules that purchases are tried against, in the order in which they run. */
export const WorkflowEditor = ({ definition, problems, change }: EditorParts) => {
  const sets = setsOf(definition);
  const opened = useOpened(() => {
    const rules = sets.flatMap((set) => set.rules);
    // A program of one rule has nothing to look through first.
    return rules.length === 1 ? [`rule:${rules[0]!.id}`] : [];
  });
  useOpenWrong(sets, problems, opened);
  const rows = outlineOf(sets, definition.trackers);
  const add = () => {
    const added = addSet(definition);
    opened.open(`set:${added.set.id}`);
    change(added.definition);
  };
  return (
    <>
      {rows.map((row, place) => {
        const { set, index, before, after } = row;
        const swap = (other: number | null) =>
          other === null ? null : () => change((now) => swapSets(now, index, other));
        return (
          <SetEditor
            // Drafts may hold an id twice.
            key={sets.findIndex(({ id }) => id === set.id) === index ? set.id : `${set.id} ${place}`}
            row={row}
            opened={opened}
            isOnly={sets.length === 1}
            definition={definition}
            problems={problems}
            change={change}
            onUp={swap(before)}
            onDown={swap(after)}
            onRemove={() => change((now) => removeSet(now, index))}
          />
        );
      })}
      <FieldProblem>{problemAt(problems, "activities.TransactionAdd")}</FieldProblem>
      <Stack gap={4} align="flex-start">
        <Button variant="default" leftSection={<IconPlus size={16} aria-hidden />} onClick={add}>
          Add a set of rules
        </Button>
        <Text size="xs" c="dimmed">
          Sets group rules that share a time, a place, or lines and payments to run for.
        </Text>
      </Stack>
      <PromisedPanel definition={definition} problems={problems} change={change} />
    </>
  );
};

/** Unfolds what the server has found something wrong in, once for each answer. */
const useOpenWrong = (sets: readonly RuleSet[], problems: readonly Problem[], opened: Opened): void => {
  const seen = useRef<readonly Problem[]>([]);
  useEffect(() => {
    if (seen.current === problems) return;
    seen.current = problems;
    const keys = sets.flatMap((set, index) => {
      const path = `activities.TransactionAdd[${index}]`;
      const rules = set.rules.filter(
        (_, place) => problemsUnder(problems, rulePath(index, place)).length > 0,
      );
      const isOwn = problemsUnder(problems, path).some(
        (problem) => problem.path !== path && !problem.path.startsWith(`${path}.rules[`),
      );
      return [...rules.map(({ id }) => `rule:${id}`), ...(isOwn ? [`set:${set.id}`] : [])];
    });
    if (keys.length > 0) opened.open(...keys);
  }, [sets, problems, opened]);
};

/** Only where something is promised: the setting means nothing otherwise. */
const PromisedPanel = ({ definition, change }: EditorParts) => {
  const awards = setsOf(definition)
    .flatMap((set) => set.rules.flatMap(allActions))
    .filter(isAward);
  if (!awards.some(({ award }) => award.category === "promised")) return null;
  return (
    <Panel
      title="Promised points"
      description="They become regular on the morning after the last day of waiting"
    >
      <Radio.Group
        label="The days are counted from"
        value={definition.delayFrom ?? "bill_date"}
        onChange={(from) =>
          change((now) => ({ ...now, delayFrom: from as NonNullable<ProgramDefinition["delayFrom"]> }))
        }
      >
        <Stack gap={6} mt={6}>
          <Radio value="bill_date" label="the bill’s own date" />
          <Radio value="processing_date" label="the day on which the bill comes in" />
        </Stack>
      </Radio.Group>
    </Panel>
  );
};
