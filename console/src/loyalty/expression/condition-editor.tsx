import { Button, Group, SegmentedControl, Text } from "@mantine/core";
import { useDebouncedValue, useLocalStorage } from "@mantine/hooks";
import { IconAlertTriangle, IconCircleCheck } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useId, useMemo } from "react";
import { useOrganisation } from "../../shell/organisation.ts";
import { caretLine } from "../caret.ts";
import styles from "./expression.module.css";
import { FormView } from "./form-view.tsx";
import { checkQuery, type Place } from "./queries.ts";
import { TextView } from "./text-view.tsx";

const PAUSE_MILLISECONDS = 250;
const VIEWS = [
  { value: "form", label: "Form" },
  { value: "text", label: "Text" },
];

/** The condition of a rule: one expression, edited as a form or as its text, and judged by the server while it is. */
export const ConditionEditor = ({
  value,
  place,
  problem,
  onChange,
}: {
  value: string;
  place: Place;
  /** What the server found in it when the draft was saved. */
  problem: string | undefined;
  onChange: (text: string) => void;
}) => {
  const [view, setView] = useLocalStorage({
    key: "fealty-condition-view",
    defaultValue: "form",
    getInitialValueInEffect: false,
  });
  const id = useId();
  const judged = useJudged(value, place);
  return (
    // biome-ignore lint/a11y/useSemanticElements: the views are no single field, and the switch stands in its head.
    <div role="group" aria-labelledby={id}>
      <div className={styles.head}>
        <div>
          <Text size="sm" fw={600} id={id}>
            When
          </Text>
          <Text size="xs" c="dimmed">
            A condition over the purchase, its lines and the member
          </Text>
        </div>
        <SegmentedControl
          size="xs"
          aria-label="View of the condition"
          data={VIEWS}
          value={view}
          onChange={setView}
        />
      </div>
      {view === "form" ? (
        <FormView value={value} place={place} onChange={onChange} />
      ) : (
        <TextView
          label="When, as text"
          hint="currentTxn.value > 0"
          value={value}
          place={place}
          mistakes={judged.mistakes}
          onChange={onChange}
        />
      )}
      <Judgement value={value} {...judged} problem={problem} isText={view !== "form"} onChange={onChange} />
    </div>
  );
};

const NONE: never[] = [];

/** What the server says of the text as it is now; nothing while it is being asked. */
const useJudged = (value: string, place: Place) => {
  const { api } = useOrganisation();
  const [asked] = useDebouncedValue(value, PAUSE_MILLISECONDS);
  const { data } = useQuery(checkQuery(api, asked, place));
  const report = asked === value && value.trim() !== "" ? data : undefined;
  const mistakes = useMemo(() => report?.problems ?? NONE, [report]);
  return { report, mistakes };
};

type Report = NonNullable<ReturnType<typeof useJudged>["report"]>;

/** Below both views: that it is a condition, or where it is not and what was meant. */
const Judgement = ({
  value,
  report,
  problem,
  isText,
  onChange,
}: {
  value: string;
  report: Report | undefined;
  problem: string | undefined;
  isText: boolean;
  onChange: (text: string) => void;
}) => {
  const first = report?.problems[0];
  const told = first?.message ?? (report?.ok ? undefined : problem);
  const formatted = report?.formatted ?? null;
  return (
    <div aria-live="polite" className={styles.judgement}>
      {report?.ok && isText && (
        <Group gap={6}>
          <IconCircleCheck size={15} color="var(--fealty-gain)" aria-hidden />
          <Text size="xs" c="dimmed">
            A valid condition
          </Text>
          {formatted !== null && formatted !== value && (
            <Button size="compact-xs" variant="subtle" onClick={() => onChange(formatted)}>
              Tidy up
            </Button>
          )}
        </Group>
      )}
      {told !== undefined && (
        <div className={styles.problem}>
          {first && (
            // What scrolls must be reachable by keyboard.
            // biome-ignore lint/a11y/noNoninteractiveTabindex: see above.
            <pre className={styles.caret} tabIndex={0}>
              {caretLine(value, first.line, first.column)}
            </pre>
          )}
          <Group gap={6} wrap="nowrap" align="flex-start">
            <IconAlertTriangle size={15} aria-hidden style={{ flexShrink: 0, marginTop: 2 }} />
            <Text size="sm">
              {first && `Line ${first.line}, column ${first.column}: `}
              {told}
            </Text>
          </Group>
          {first?.nearest != null && (
            <Button
              size="compact-xs"
              variant="default"
              mt={6}
              onClick={() => onChange(value.slice(0, first.start) + first.nearest + value.slice(first.end))}
            >
              Write {first.nearest}
            </Button>
          )}
        </div>
      )}
    </div>
  );
};
