import { Badge, Box, Group, Stack, Text } from "@mantine/core";
import { IconArrowForwardUp, IconBan } from "@tabler/icons-react";
import type { Action, AwardAction, ProgramDefinition, Rule } from "../../api/programs.ts";
import { useFormat } from "../../ui/format-context.tsx";
import { Panel } from "../../ui/panel.tsx";
import classes from "../loyalty.module.css";
import { rateOf, rateText, roundingText, strategyName, termTexts } from "../program-words.ts";
import { TierDot } from "../tier-dot.tsx";
import { isAward, slotsOf } from "./actions.ts";
import { type OutlineRow, outlineOf } from "./outline.ts";
import { limitText, otherActionText, setTexts } from "./words.ts";
import styles from "./workflow.module.css";

/** The sets of rules, to be read: in the order in which they run, what is forwarded to below what does. */
export const WorkflowView = ({ definition }: { definition: ProgramDefinition }) => {
  const { activities, trackers } = definition;
  return (
    <>
      {outlineOf(activities.TransactionAdd, trackers).map((row) => (
        <SetView key={row.set.id} row={row} definition={definition} usual={PURCHASES} />
      ))}
      {outlineOf(activities.SlabUpgrade ?? [], trackers).map((row) => (
        <SetView key={row.set.id} row={row} definition={definition} usual={UPGRADES} />
      ))}
    </>
  );
};

const PURCHASES = "Tried for every purchase, each rule on its own";
const UPGRADES = "Tried where a purchase brings a higher tier, with the rates of that";

const SetView = ({
  row: { set, depth, from },
  definition,
  usual,
}: {
  row: OutlineRow;
  definition: ProgramDefinition;
  /** When its activity runs sets, where nothing else is said. */
  usual: string;
}) => {
  const texts = setTexts(set, from);
  return (
    <div className={styles.step} data-depth={Math.min(depth, 3)}>
      <Panel
        title={set.name}
        description={texts.length === 0 ? usual : texts.map((text) => `${text}.`).join(" ")}
        actions={
          set.isForwarded && (
            <Badge color={from.length === 0 ? "gold" : "gray"}>
              {from.length === 0 ? "Never runs" : "Forwarded to"}
            </Badge>
          )
        }
      >
        <Stack gap="lg">
          {set.rules.length === 0 && (
            <Text size="sm" c="dimmed">
              No rules: purchases earn nothing here.
            </Text>
          )}
          {set.rules.map((rule) => (
            <RuleView key={rule.id} rule={rule} definition={definition} />
          ))}
        </Stack>
      </Panel>
    </div>
  );
};

const RuleView = ({ rule, definition }: { rule: Rule; definition: ProgramDefinition }) => {
  const [then, otherwise] = [slotsOf(rule, "actions"), slotsOf(rule, "otherwise")];
  const isPlain = otherwise.length === 0 && then.length === 1 && isAward(then[0]!.action);
  return (
    <div>
      <Text fw={600} mb={6}>
        {rule.name}
      </Text>
      <code className={classes.expression}>{rule.condition}</code>
      <Stack gap="sm" mt="sm">
        {then.map(({ action, path }) => (
          <ActionView key={path} action={action} definition={definition} label={isPlain ? null : "Then"} />
        ))}
        {otherwise.map(({ action, path }) => (
          <ActionView key={path} action={action} definition={definition} label="Otherwise" />
        ))}
        {then.length + otherwise.length === 0 && (
          <Text size="sm" c="dimmed">
            Does nothing
          </Text>
        )}
      </Stack>
    </div>
  );
};

const ActionView = ({
  action,
  definition,
  label,
}: {
  action: Action;
  definition: ProgramDefinition;
  /** The branch that it belongs to, where that is to be told. */
  label: string | null;
}) => (
  <Box>
    {label !== null && (
      <Text size="xs" c="dimmed" fw={500}>
        {label}
      </Text>
    )}
    {isAward(action) ? (
      <AwardView action={action} definition={definition} />
    ) : (
      <Group gap={6} wrap="nowrap" align="flex-start">
        <IconArrowForwardUp size={16} stroke={1.7} aria-hidden className={styles.mark} />
        <Text size="sm" className={styles.breakable!}>
          {otherActionText(action, Object.values(definition.activities).flat(), definition.trackers)}
        </Text>
      </Group>
    )}
  </Box>
);

const AwardView = ({ action, definition }: { action: AwardAction; definition: ProgramDefinition }) => {
  const format = useFormat();
  const { award } = action;
  const { tiers, currencies = [] } = definition;
  const unit = currencies.find(({ id }) => id === award.currencyId)?.name;
  return (
    <>
      <Text size="sm" c="dimmed" mb={6}>
        {[strategyName(award.strategy), roundingText(award), ...termTexts(action, definition)].join(". ")}.
      </Text>
      <Group gap="xs">
        {tiers.map((tier) => (
          <Group key={tier.number} gap={8} className={classes.rate!} wrap="nowrap">
            <TierDot color={tier.color} />
            <Text size="sm">{tier.name}</Text>
            <Text size="sm" fw={600}>
              {rateText(award, rateOf(award, tier.number), format, unit)}
            </Text>
          </Group>
        ))}
      </Group>
    </>
  );
};

/** The most that purchases may earn, in sentences; nothing where there is no limit. */
export const LimitsView = ({ definition }: { definition: ProgramDefinition }) => {
  const format = useFormat();
  const { limits = [] } = definition;
  if (limits.length === 0) return null;
  return (
    <Panel title="Limits" description="What is beyond is cut off, from the awards that come last">
      <Stack gap="sm">
        {limits.map((limit) => (
          <Group key={limit.id} gap={8} wrap="nowrap" align="flex-start">
            <IconBan size={16} stroke={1.7} aria-hidden className={styles.mark} />
            <div>
              <Text size="sm" fw={500}>
                {limit.name}
              </Text>
              <Text size="sm">{limitText(limit, definition, format)}</Text>
            </div>
          </Group>
        ))}
      </Stack>
    </Panel>
  );
};
