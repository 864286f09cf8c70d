import { Button, Group, Select, Stack, Text } from "@mantine/core";
import { IconArrowForwardUp, IconPlus, IconSum } from "@tabler/icons-react";
import type {
  Action,
  ForwardAction,
  OtherAction,
  ProgramDefinition,
  Rule,
  RuleSet,
} from "../../api/programs.ts";
import { FieldProblem } from "../fields.tsx";
import { actionsOf, type Branch, isAward, isForward, moved, slotsOf, withActions } from "./actions.ts";
import { AwardEditor } from "./award-editor.tsx";
import { firstAward } from "./changes.ts";
import { MoveButtons } from "./move-buttons.tsx";
import { otherActionText } from "./words.ts";
import styles from "./workflow.module.css";

const BRANCHES: Record<Branch, { label: string; help: string; nothing: string }> = {
  actions: { label: "Then", help: "Where the condition is true", nothing: "Nothing yet" },
  otherwise: { label: "Otherwise", help: "Where it is not true", nothing: "Nothing" },
};

export interface ActionsParts {
  rule: Rule;
  set: RuleSet;
  sets: readonly RuleSet[];
  definition: ProgramDefinition;
  /** About a field below the rule, such as `actions[0].setId`. */
  problem: (name: string) => string | undefined;
  onChange: (rule: Rule) => void;
  /** Makes a set that waits to be forwarded to, and has the action forward to it. */
  onNewSet: (branch: Branch, index: number) => void;
}

/** What a rule does in one of its branches: any number of awards and ways to other sets, in order. */
export const ActionsEditor = ({ branch, ...parts }: ActionsParts & { branch: Branch }) => {
  const { rule, set, sets, definition, problem, onChange, onNewSet } = parts;
  const slots = slotsOf(rule, branch);
  const { trackers = [] } = definition;
  const actions = actionsOf(rule, branch);
  const replace = (next: readonly Action[]) => onChange(withActions(rule, branch, next));
  const { label, help, nothing } = BRANCHES[branch];
  const targets = sets.filter((other) => other.isForwarded === true && other.id !== set.id);
  const addForward = () => {
    const [target] = targets;
    if (target === undefined) onNewSet(branch, actions.length);
    else replace([...actions, { type: "forward", setId: target.id } satisfies ForwardAction]);
  };
  return (
    <fieldset className={styles.branch}>
      <legend className={styles.legend}>
        {label}
        <Text span size="xs" c="dimmed" ml={8}>
          {help}
        </Text>
      </legend>
      <Stack gap="md">
        {slots.length === 0 && (
          <Text size="sm" c="dimmed">
            {nothing}
          </Text>
        )}
        {slots.map(({ action, path }, index) => {
          const name = `${isAward(action) ? "the award" : "the step"} ${index + 1} of ${rule.name}`;
          return (
            // biome-ignore lint/suspicious/noArrayIndexKey: actions have no ids, and each shows what it is given.
            <div key={index} className={styles.action}>
              <Group justify="space-between" wrap="nowrap" gap="xs">
                <Text size="sm" fw={600}>
                  {isAward(action)
                    ? "Give an award"
                    : isForward(action)
                      ? "Go on with another set"
                      : action.type === "evaluate_tracker"
                        ? "Evaluate a tracker"
                        : action.type}
                </Text>
                <MoveButtons
                  name={name}
                  onUp={index === 0 ? null : () => replace(moved(actions, index, index - 1))}
                  onDown={index === slots.length - 1 ? null : () => replace(moved(actions, index, index + 1))}
                  onRemove={() => replace(actions.filter((_, place) => place !== index))}
                />
              </Group>
              <ActionFields
                action={action}
                targets={targets}
                sets={sets}
                definition={definition}
                problem={(field) => problem([path, field].filter((part) => part !== "").join("."))}
                onChange={(next) => replace(actions.map((one, place) => (place === index ? next : one)))}
                onNewSet={() => onNewSet(branch, index)}
              />
              {path !== "" && <FieldProblem>{problem(path)}</FieldProblem>}
            </div>
          );
        })}
        <Group gap="xs">
          <Button
            variant="default"
            size="compact-sm"
            leftSection={<IconPlus size={14} aria-hidden />}
            aria-label={`${label}: add an award`}
            onClick={() => replace([...actions, { type: "award", award: firstAward(definition) }])}
          >
            Add an award
          </Button>
          <Button
            variant="default"
            size="compact-sm"
            leftSection={<IconArrowForwardUp size={14} aria-hidden />}
            aria-label={`${label}: go on with a set`}
            onClick={addForward}
          >
            Go on with a set
          </Button>
          {trackers.length > 0 && (
            <Button
              variant="default"
              size="compact-sm"
              leftSection={<IconSum size={14} aria-hidden />}
              aria-label={`${label}: evaluate a tracker`}
              onClick={() => replace([...actions, { type: "evaluate_tracker", trackerId: trackers[0]!.id }])}
            >
              Evaluate a tracker
            </Button>
          )}
        </Group>
        <FieldProblem>{problem(branch)}</FieldProblem>
      </Stack>
    </fieldset>
  );
};

const NEW_SET = " new";

const ActionFields = ({
  action,
  targets,
  sets,
  definition,
  problem,
  onChange,
  onNewSet,
}: {
  action: Action;
  targets: readonly RuleSet[];
  sets: readonly RuleSet[];
  definition: ProgramDefinition;
  problem: (name: string) => string | undefined;
  onChange: (action: Action) => void;
  onNewSet: () => void;
}) => {
  if (isAward(action))
    return <AwardEditor action={action} definition={definition} problem={problem} onChange={onChange} />;
  if (isForward(action)) {
    const isKnown = targets.some(({ id }) => id === action.setId);
    const name = sets.find(({ id }) => id === action.setId)?.name ?? `${action.setId} (missing)`;
    return (
      <Select
        label="Set"
        description="Sets that wait until a rule forwards to them"
        maw={360}
        allowDeselect={false}
        value={action.setId}
        data={[
          ...(isKnown ? [] : [{ value: action.setId, label: name }]),
          ...targets.map((target) => ({ value: target.id, label: target.name })),
          { value: NEW_SET, label: "A new set…" },
        ]}
        onChange={(setId) => {
          if (setId === NEW_SET) onNewSet();
          else if (setId !== null) onChange({ ...action, setId });
        }}
        error={problem("setId")}
      />
    );
  }
  if (action.type === "evaluate_tracker") {
    const id = String((action as OtherAction).trackerId);
    const { trackers = [] } = definition;
    const isKnown = trackers.some((tracker) => String(tracker.id) === id);
    return (
      <Select
        label="Tracker"
        description="Adds what the bill brings, and runs the sets of the cases that hold"
        maw={360}
        allowDeselect={false}
        value={id}
        data={[
          ...(isKnown ? [] : [{ value: id, label: `${id} (missing)` }]),
          ...trackers.map((tracker) => ({ value: String(tracker.id), label: tracker.name })),
        ]}
        onChange={(next) => next !== null && onChange({ ...action, trackerId: Number(next) })}
        error={problem("trackerId")}
      />
    );
  }
  return (
    <>
      <Text size="sm" className={styles.breakable!}>
        {otherActionText(action, sets, definition.trackers)}
      </Text>
      <Text size="xs" c="dimmed">
        There is no form for this kind of action. It is kept as it is.
      </Text>
    </>
  );
};
