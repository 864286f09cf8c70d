import { Group, Stack, Table, Text } from "@mantine/core";
import type { ProgramDefinition, ProgramTier } from "../api/programs.ts";
import { useFormat } from "../ui/format-context.tsx";
import { Panel } from "../ui/panel.tsx";
import classes from "./loyalty.module.css";
import { grantTexts, redemptionTexts, returnTexts, transferTexts } from "./policy-words.ts";
import { currencyText, expiryText, rateOf, rateText, roundingText, strategyName } from "./program-words.ts";
import { TierDot } from "./tier-dot.tsx";

/** What a definition says beyond tiers and rules, to be read: currencies, strategies, and how points move. */
export const PoliciesView = ({ definition }: { definition: ProgramDefinition }) => {
  const format = useFormat();
  const { tiers, expiryStrategies = [] } = definition;
  return (
    <>
      <Currencies definition={definition} />
      <AwardStrategies definition={definition} />
      <Panel title="Spending points">
        <Stack gap="sm">
          {redemptionTexts(definition.redemption ?? {}, tiers, format).map(({ of, texts }) => (
            <div key={of ?? ""}>
              {of !== undefined && <TierName tier={tiers.find(({ name }) => name === of)} />}
              <Sentences texts={texts} />
            </div>
          ))}
          <div>
            <Text size="sm" fw={600} mb={4}>
              When points come back
            </Text>
            <Sentences texts={returnTexts(definition.returns ?? {}, definition.rounding)} />
          </div>
        </Stack>
      </Panel>
      <Panel title="Transfers and gifts">
        <Sentences
          texts={[
            ...transferTexts(definition.transfer ?? {}, expiryStrategies, format),
            ...grantTexts(definition.grants ?? {}, format),
          ]}
        />
      </Panel>
    </>
  );
};

const Sentences = ({ texts }: { texts: readonly string[] }) => (
  <ul className={classes.policy}>
    {texts.map((text) => (
      <li key={text}>
        <Text size="sm">{text}</Text>
      </li>
    ))}
  </ul>
);

const TierName = ({ tier }: { tier: ProgramTier | undefined }) =>
  tier === undefined ? null : (
    <Group gap={8} mb={4}>
      <TierDot color={tier.color} />
      <Text size="sm" fw={600}>
        In {tier.name} instead
      </Text>
    </Group>
  );

const Currencies = ({
  definition: { currencies = [], expiryStrategies = [] },
}: {
  definition: ProgramDefinition;
}) =>
  currencies.length === 0 ? null : (
    <Panel title="Alternate currencies" flush>
      <Table horizontalSpacing="lg">
        <Table.Tbody>
          {currencies.map((currency) => (
            <Table.Tr key={currency.id}>
              <Table.Td>
                <Text fw={500}>{currency.name}</Text>
                <Text size="sm" c="dimmed">
                  {currencyText(currency, expiryStrategies)}
                </Text>
              </Table.Td>
              <Table.Td ta="right">
                <Text size="sm" c="dimmed">
                  {currency.identifier}
                </Text>
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Panel>
  );

const AwardStrategies = ({
  definition: { awardStrategies = [], tiers },
}: {
  definition: ProgramDefinition;
}) => {
  const format = useFormat();
  if (awardStrategies.length === 0) return null;
  return (
    <Panel title="Award strategies" description="For points that calls issue by hand" flush>
      <Table horizontalSpacing="lg">
        <Table.Tbody>
          {awardStrategies.map((strategy) => {
            const rates = tiers.map(({ number, name }) => ({
              name,
              text: rateText({ ...strategy, strategy: strategy.type }, rateOf(strategy, number), format),
            }));
            const isShared = strategy.allTiers !== undefined;
            return (
              <Table.Tr key={strategy.id}>
                <Table.Td>
                  <Text fw={500}>
                    {strategy.id}. {strategy.name}
                  </Text>
                  <Text size="sm" c="dimmed">
                    {strategyName(strategy.type)}. {roundingText(strategy)}.
                  </Text>
                </Table.Td>
                <Table.Td ta="right">
                  <Text size="sm">
                    {isShared ? rates[0]?.text : rates.map(({ name, text }) => `${name} ${text}`).join(", ")}
                  </Text>
                </Table.Td>
              </Table.Tr>
            );
          })}
        </Table.Tbody>
      </Table>
    </Panel>
  );
};

/** How long points live: the program's own way, and the further strategies by name. */
export const ExpiryView = ({ definition }: { definition: ProgramDefinition }) => {
  const { expiry, expiryStrategies = [], tiers } = definition;
  return (
    <Stack gap="sm">
      <ExpiryText expiry={expiry} tiers={tiers} />
      {expiryStrategies.map((strategy) => (
        <div key={strategy.id}>
          <Text size="sm" fw={600}>
            {strategy.name}
          </Text>
          <ExpiryText expiry={strategy} tiers={tiers} />
        </div>
      ))}
    </Stack>
  );
};

const ExpiryText = ({
  expiry,
  tiers,
}: {
  expiry: ProgramDefinition["expiry"];
  tiers: readonly ProgramTier[];
}) => (
  <>
    <Text size="sm">{expiryText(expiry)}</Text>
    {expiry.kind === "per_tier" &&
      tiers.map(({ number, name, color }) => {
        const own = expiry.tiers[String(number)];
        return own === undefined ? null : (
          <Group key={number} gap={8} mt={4} wrap="nowrap" align="baseline">
            <TierDot color={color} />
            <Text size="sm">
              {name}: {expiryText(own)}
            </Text>
          </Group>
        );
      })}
  </>
);
