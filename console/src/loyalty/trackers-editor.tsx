import { Button, NumberInput, Select, Stack, Text, TextInput } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import type { Problem, ProgramDefinition, Tracker, TrackerCase } from "../api/programs.ts";
import { useFormat } from "../ui/format-context.tsx";
import { Panel } from "../ui/panel.tsx";
import { DayInput } from "./currencies-editor.tsx";
import { nextId } from "./draft.ts";
import { problemAt } from "./draft-problems.ts";
import { FieldProblem, Item, OptionalNumber } from "./fields.tsx";
import type { EditorParts } from "./tiers-editor.tsx";
import { caseText, ENTITIES, METHODS } from "./tracker-words.ts";
import { withPart } from "./with-part.ts";
import styles from "./workflow/workflow.module.css";

type Part<Of> = { [Key in keyof Of]?: Of[Key] | undefined };

const firstCase = (id: number): TrackerCase => ({
  id,
  name: `Case ${id}`,
  length: 30,
  unit: "days",
  aggregate: "sum",
});
const firstTracker = (id: number): Tracker => ({
  id,
  name: `Tracker ${id}`,
  entity: "BILL_AMOUNT",
  method: "MOVING_WINDOW",
  cases: [firstCase(1)],
});

const choices = (words: Readonly<Record<string, string>>) =>
  Object.entries(words).map(([value, label]) => ({ value, label }));

/** What is counted of members over time, for rules and tiers. */
export const TrackersEditor = ({ definition, problems, change }: EditorParts) => {
  const { trackers = [] } = definition;
  const replace = (next: (trackers: readonly Tracker[]) => Tracker[]) =>
    change((now) => {
      const changed = next(now.trackers ?? []);
      return withPart(now, { trackers: changed.length === 0 ? undefined : changed });
    });
  return (
    <Panel title="Trackers" description="What members do over time: rules, milestones and tiers look at it">
      <Stack gap="md">
        {trackers.length === 0 && (
          <Text size="sm" c="dimmed">
            None yet. A rule in a set of the stage for trackers evaluates them.
          </Text>
        )}
        {trackers.map((tracker, index) => (
          <TrackerEditor
            // biome-ignore lint/suspicious/noArrayIndexKey: drafts may hold an id twice.
            key={`${tracker.id} ${index}`}
            tracker={tracker}
            path={`trackers[${index}]`}
            definition={definition}
            problems={problems}
            onChange={(part) =>
              replace((all) => all.map((one, place) => (place === index ? withPart(one, part) : one)))
            }
            onRemove={() => replace((all) => all.filter((_, place) => place !== index))}
          />
        ))}
        <FieldProblem>{problemAt(problems, "trackers")}</FieldProblem>
        <Button
          variant="default"
          size="xs"
          leftSection={<IconPlus size={14} aria-hidden />}
          onClick={() => replace((all) => [...all, firstTracker(nextId(all, 1))])}
          style={{ alignSelf: "flex-start" }}
        >
          Add a tracker
        </Button>
      </Stack>
    </Panel>
  );
};

interface PartProps<Of> {
  path: string;
  definition: ProgramDefinition;
  problems: readonly Problem[];
  onChange: (part: Part<Of>) => void;
  onRemove: () => void;
}

const TrackerEditor = ({
  tracker,
  path,
  definition,
  problems,
  onChange,
  onRemove,
}: PartProps<Tracker> & { tracker: Tracker }) => {
  const problem = (name: string) => problemAt(problems, `${path}.${name}`);
  const { currencies = [] } = definition;
  const { cases } = tracker;
  const hasField = tracker.entity.endsWith("_EXTENDED_FIELD");
  const isCalendar = tracker.method === "CALENDAR_BASED_CYCLIC_WINDOW";
  return (
    <Item
      name={`tracker ${tracker.name}`}
      onRemove={onRemove}
      head={
        <TextInput
          label="Name of the tracker"
          value={tracker.name}
          onChange={({ currentTarget }) => onChange({ name: currentTarget.value })}
          error={problem("name") ?? problem("id")}
        />
      }
    >
      <div className={styles.limit}>
        <Select
          label="Tracks"
          allowDeselect={false}
          value={tracker.entity}
          data={choices(ENTITIES)}
          onChange={(entity) =>
            onChange({ entity: entity as Tracker["entity"], currencyId: undefined, field: undefined })
          }
          error={problem("entity")}
        />
        {tracker.entity === "ALTERNATE_CURRENCIES" && (
          <Select
            label="Currency"
            allowDeselect={false}
            value={tracker.currencyId === undefined ? null : String(tracker.currencyId)}
            data={currencies.map(({ id, name }) => ({ value: String(id), label: name }))}
            onChange={(id) => onChange({ currencyId: Number(id) })}
            error={problem("currencyId")}
          />
        )}
        {hasField && (
          <TextInput
            label="Name of the field"
            value={tracker.field ?? ""}
            onChange={({ currentTarget }) => onChange({ field: currentTarget.value || undefined })}
            error={problem("field")}
          />
        )}
        <Select
          label="Over"
          allowDeselect={false}
          value={tracker.method}
          data={choices(METHODS)}
          onChange={(method) => onChange(withMethod(tracker, method as Tracker["method"]))}
          error={problem("method")}
        />
        {(isCalendar || tracker.startsOn !== undefined) && (
          <DayInput
            label="Cycles begin on"
            value={tracker.startsOn}
            onChange={(startsOn) => onChange({ startsOn })}
            error={problem("startsOn")}
          />
        )}
      </div>
      <Stack gap="md" mt="md">
        {cases.map((item, index) => (
          <CaseEditor
            // biome-ignore lint/suspicious/noArrayIndexKey: drafts may hold an id twice.
            key={`${item.id} ${index}`}
            tracker={tracker}
            item={item}
            path={`${path}.cases[${index}]`}
            definition={definition}
            problems={problems}
            onChange={(part) =>
              onChange({ cases: cases.map((one, place) => (place === index ? withPart(one, part) : one)) })
            }
            onRemove={() => onChange({ cases: cases.filter((_, place) => place !== index) })}
          />
        ))}
        <FieldProblem>{problem("cases")}</FieldProblem>
        <Button
          variant="default"
          size="compact-sm"
          leftSection={<IconPlus size={14} aria-hidden />}
          onClick={() => onChange({ cases: [...cases, firstCase(nextId(cases, 1))] })}
          style={{ alignSelf: "flex-start" }}
        >
          Add a case
        </Button>
      </Stack>
    </Item>
  );
};

/** What changes with the window: one since a change of tier has no length, one of the calendar goes by months from a day. */
const withMethod = ({ cases, startsOn }: Tracker, method: Tracker["method"]): Part<Tracker> => ({
  method,
  startsOn: method === "CALENDAR_BASED_CYCLIC_WINDOW" ? startsOn : undefined,
  cases: cases.map((item) =>
    method === "TIER_CHANGE_WINDOW"
      ? withPart(item, { length: undefined, unit: undefined })
      : withPart(item, {
          length: item.length ?? 30,
          unit: method === "CALENDAR_BASED_CYCLIC_WINDOW" ? "months" : (item.unit ?? "days"),
        }),
  ),
});

const CONDITIONS = {
  none: "Never: only its value is used",
  ">=": "at least",
  ">": "more than",
  "==": "exactly",
  "<=": "at most",
  "<": "less than",
  modOf: "a multiple of",
  between: "between, both included",
} as const;
type Condition = keyof typeof CONDITIONS;

const conditionOf = ({ operator, modOf, between }: TrackerCase): Condition =>
  modOf !== undefined ? "modOf" : between !== undefined ? "between" : (operator ?? "none");

const withCondition = (item: TrackerCase, condition: Condition): Part<TrackerCase> => {
  const value = item.value ?? item.modOf ?? item.between?.from ?? 100;
  const nothing = { operator: undefined, value: undefined, modOf: undefined, between: undefined };
  switch (condition) {
    case "none":
      return { ...nothing, mostForwards: undefined, setId: undefined };
    case "modOf":
      return { ...nothing, modOf: value };
    case "between":
      return { ...nothing, between: { from: value, to: value } };
    default:
      return { ...nothing, operator: condition, value };
  }
};

const CaseEditor = ({
  tracker,
  item,
  path,
  definition,
  problems,
  onChange,
  onRemove,
}: PartProps<TrackerCase> & { tracker: Tracker; item: TrackerCase }) => {
  const format = useFormat();
  const problem = (name: string) => problemAt(problems, `${path}.${name}`);
  const condition = conditionOf(item);
  const waiting = definition.activities.TransactionAdd.filter(({ isForwarded }) => isForwarded === true);
  const { setId, between } = item;
  const isKnown = setId === undefined || waiting.some(({ id }) => id === setId);
  return (
    <Item
      name={`case ${item.name}`}
      onRemove={onRemove}
      head={
        <TextInput
          label="Name of the case"
          value={item.name}
          onChange={({ currentTarget }) => onChange({ name: currentTarget.value })}
          error={problem("name") ?? problem("id")}
        />
      }
    >
      <div className={styles.limit}>
        {tracker.method !== "TIER_CHANGE_WINDOW" && (
          <>
            <OptionalNumber
              label="Length"
              placeholder=""
              allowDecimal={false}
              value={item.length}
              onChange={(length) => onChange({ length })}
              error={problem("length")}
            />
            <Select
              label="Of"
              allowDeselect={false}
              value={item.unit ?? null}
              data={choices({ days: "days", months: "months" })}
              onChange={(unit) => onChange({ unit: (unit ?? undefined) as TrackerCase["unit"] })}
              error={problem("unit")}
            />
          </>
        )}
        <Select
          label="Counts"
          allowDeselect={false}
          value={item.aggregate}
          data={choices({ sum: "The sum", count: "How often" })}
          onChange={(aggregate) => onChange({ aggregate: aggregate as TrackerCase["aggregate"] })}
          error={problem("aggregate")}
        />
        <Select
          label="Holds when it is"
          allowDeselect={false}
          value={condition}
          data={choices(CONDITIONS)}
          onChange={(next) => onChange(withCondition(item, next as Condition))}
          error={problem("operator") ?? problemAt(problems, path)}
        />
        {condition === "between" && between !== undefined ? (
          <>
            <NumberInput
              label="From"
              value={between.from}
              onChange={(from) => onChange({ between: { ...between, from: Number(from) } })}
              error={problem("between.from")}
            />
            <NumberInput
              label="To"
              value={between.to}
              onChange={(to) => onChange({ between: { ...between, to: Number(to) } })}
              error={problem("between.to")}
            />
          </>
        ) : (
          condition !== "none" && (
            <NumberInput
              label="Value"
              thousandSeparator=","
              value={(condition === "modOf" ? item.modOf : item.value) ?? ""}
              onChange={(value) =>
                onChange(condition === "modOf" ? { modOf: Number(value) } : { value: Number(value) })
              }
              error={problem(condition === "modOf" ? "modOf" : "value")}
            />
          )
        )}
        {condition !== "none" && (
          <>
            <Select
              label="Then runs the set"
              placeholder="None"
              clearable
              value={setId ?? null}
              data={[
                ...(isKnown ? [] : [{ value: setId!, label: `${setId} (missing)` }]),
                ...waiting.map(({ id, name }) => ({ value: id, label: name })),
              ]}
              onChange={(next) => onChange({ setId: next ?? undefined })}
              error={problem("setId")}
            />
            <OptionalNumber
              label="For each member at most, times"
              allowDecimal={false}
              value={item.mostForwards}
              onChange={(mostForwards) => onChange({ mostForwards })}
              error={problem("mostForwards")}
            />
          </>
        )}
      </div>
      <Text size="sm" mt="sm" fw={500} aria-live="polite">
        {caseText(tracker, item, format)}
      </Text>
    </Item>
  );
};
