import { Button, Group, Text, Textarea } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { IconAlertTriangle, IconCircleCheck } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useOrganisation } from "../shell/organisation.ts";
import { caretLine } from "./caret.ts";
import classes from "./condition-input.module.css";

const PAUSE_MILLISECONDS = 250;

/** The condition of a rule, judged by the server while it is typed. */
export const ConditionInput = ({
  value,
  problem,
  onChange,
}: {
  value: string;
  problem: string | undefined;
  onChange: (text: string) => void;
}) => {
  const { api } = useOrganisation();
  const [asked] = useDebouncedValue(value, PAUSE_MILLISECONDS);
  const { data } = useQuery({
    queryKey: [api.orgId, "expression", asked],
    queryFn: () => api.post("/api/expressions/check", { body: { text: asked } }),
    enabled: asked.trim() !== "",
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  });
  const current = asked === value && value.trim() !== "" ? data : undefined;
  const first = current?.problems[0];
  return (
    <div>
      <Textarea
        label="When"
        description="A condition over the purchase, its lines and the member"
        value={value}
        onChange={({ currentTarget }) => onChange(currentTarget.value)}
        autosize
        minRows={1}
        maxRows={10}
        spellCheck={false}
        error={first === undefined ? problem : true}
        classNames={{ input: classes.input! }}
      />
      <div aria-live="polite">
        {current?.ok && (
          <Group gap={6} mt={6}>
            <IconCircleCheck size={15} color="var(--fealty-gain)" aria-hidden />
            <Text size="xs" c="dimmed">
              A valid condition
            </Text>
            {current.formatted !== null && current.formatted !== value && (
              <Button size="compact-xs" variant="subtle" onClick={() => onChange(current.formatted ?? value)}>
                Tidy up
              </Button>
            )}
          </Group>
        )}
        {first && (
          <div className={classes.problem}>
            {first.line !== undefined && first.column !== undefined && (
              // What scrolls must be reachable by keyboard.
              // biome-ignore lint/a11y/noNoninteractiveTabindex: see above.
              <pre className={classes.code} tabIndex={0}>
                {caretLine(value, first.line, first.column)}
              </pre>
            )}
            <Group gap={6} wrap="nowrap" align="flex-start">
              <IconAlertTriangle size={15} aria-hidden style={{ flexShrink: 0, marginTop: 2 }} />
              <Text size="sm">{first.message}</Text>
            </Group>
          </div>
        )}
      </div>
    </div>
  );
};
