import { Box, Collapse, Group, Text, Title, UnstyledButton } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import {
  IconChevronRight,
  IconCircleCheckFilled,
  IconCircleMinus,
  IconHelpCircle,
} from "@tabler/icons-react";
import { type ReactNode, useId } from "react";
import type { Transaction, Why, WhyRule } from "../api/types.ts";
import { useOrganisation } from "../shell/organisation.ts";
import { useFormat } from "../ui/format-context.tsx";
import { TextLink } from "../ui/links.tsx";
import classes from "./why-panel.module.css";
import { conditionWord, ruleVerdict, runsOf } from "./why-words.ts";

/** Why a bill earned what it earned: every rule that was tried, with the values it saw, in sentences. */
export const WhyPanel = ({ transaction: { why } }: { transaction: Transaction }) => (
  <Section title="Why?">
    {why === null ? (
      <Text size="sm">
        No program looked at this bill, so there is no decision to explain: it is anonymous, or no program was
        published when it came in.
      </Text>
    ) : (
      <Explanation why={why} />
    )}
  </Section>
);

/** Of a return: how what is left of its bill was decided anew. Nothing where it was not. */
export const DecidedAgainPanel = ({ transaction: { decidedAgain } }: { transaction: Transaction }) => {
  if (decidedAgain === null) return null;
  const { why, problem } = decidedAgain;
  return (
    <Section title="What is left of the bill">
      {problem !== null && (
        <Text size="sm">It could not be decided anew, so awards went back by shares: {problem}.</Text>
      )}
      {why !== null && <Explanation why={why} />}
    </Section>
  );
};

const Section = ({ title, children }: { title: string; children: ReactNode }) => (
  <section className={classes.panel} aria-labelledby="why-title">
    <Group gap={8} mb={6}>
      <IconHelpCircle size={18} stroke={1.7} aria-hidden className={classes.mark} />
      <Title order={2} size="h3" id="why-title">
        {title}
      </Title>
    </Group>
    {children}
  </section>
);

const Explanation = ({ why }: { why: Why }) => {
  const { may } = useOrganisation();
  const name = `${why.program.name}, version ${why.program.version}`;
  return (
    <>
      <Text>{why.outcome}</Text>
      <Text size="sm" c="dimmed" mt={4}>
        Decided by{" "}
        {may("Program:read") ? (
          <TextLink
            from="/$org"
            to="/$org/loyalty/$programId"
            params={{ programId: String(why.program.id) }}
            underline="always"
          >
            {name}
          </TextLink>
        ) : (
          name
        )}
        , with the rates of {why.tier.name}.
      </Text>
      <Sets why={why} />
      {why.skipped.map((sentence) => (
        <Text key={sentence} size="sm" c="dimmed" mt={6}>
          {sentence}
        </Text>
      ))}
      {why.tierCheck && (
        <Box className={classes.tier!}>
          <Text size="sm" fw={500}>
            Tier
          </Text>
          <Text size="sm">{why.tierCheck.sentence}</Text>
        </Box>
      )}
    </>
  );
};

/** The rules that were tried, in their order; below the names of their sets where there are several. */
const Sets = ({ why }: { why: Why }) => {
  const runs = runsOf(why.rules);
  const isTitled = new Set(runs.map(({ set }) => set)).size > 1 || why.skipped.length > 0;
  return runs.map(({ set, rules }, place) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: sets keep the order they ran in, and may run again.
    <Box key={place} mt="sm">
      {isTitled && (
        <Title order={3} size="h4" mb={4}>
          {set}
        </Title>
      )}
      {rules.map((rule, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: rules keep the order they were tried in.
        <Rule key={index} rule={rule} />
      ))}
    </Box>
  ));
};

const Rule = ({ rule }: { rule: WhyRule }) => {
  const format = useFormat();
  const verdict = ruleVerdict(rule, format);
  const [opened, { toggle }] = useDisclosure(false);
  const id = useId();
  return (
    <Box className={classes.rule!}>
      <Group gap={10} wrap="nowrap" align="flex-start">
        <Box className={classes.sign!} data-verdict={verdict.kind} aria-hidden>
          {verdict.kind === "fired" ? (
            <IconCircleCheckFilled size={18} />
          ) : verdict.kind === "unknown" ? (
            <IconHelpCircle size={18} stroke={1.8} />
          ) : (
            <IconCircleMinus size={18} stroke={1.8} />
          )}
        </Box>
        <Box miw={0} style={{ flex: 1 }}>
          <Group justify="space-between" gap="xs" wrap="nowrap" align="flex-start">
            <Text size="sm" fw={600}>
              {rule.name}
              {rule.item && ` · ${rule.item.kind} ${rule.item.no}`}
            </Text>
            <Text
              size="sm"
              fw={500}
              style={{ flexShrink: 0 }}
              {...(verdict.kind === "fired" ? {} : { c: "dimmed" })}
            >
              {verdict.text}
            </Text>
          </Group>
          {rule.because.map((sentence) => (
            <Text key={sentence} size="sm" mt={2}>
              {sentence}
            </Text>
          ))}
          {rule.conditions.length > 0 && (
            <>
              <UnstyledButton
                onClick={toggle}
                aria-expanded={opened}
                aria-controls={id}
                className={classes.more!}
              >
                <IconChevronRight size={14} aria-hidden data-open={opened || undefined} />
                {opened ? "Hide the condition" : "Show the condition"}
              </UnstyledButton>
              <Collapse expanded={opened} id={id}>
                {rule.conditions.map(({ text, result }) => (
                  <Group key={text} className={classes.condition!} justify="space-between" wrap="nowrap">
                    <code>{text}</code>
                    <Text size="xs" fw={500} style={{ flexShrink: 0 }}>
                      {conditionWord(result)}
                    </Text>
                  </Group>
                ))}
              </Collapse>
            </>
          )}
        </Box>
      </Group>
    </Box>
  );
};
