import {
  Box,
  Collapse,
  Radio,
  SimpleGrid,
  Skeleton,
  Stack,
  Table,
  Text,
  UnstyledButton,
} from "@mantine/core";
import { type ReactNode, useState } from "react";
import type { MergePreview } from "../api/types.ts";
import { DateTime, Money, Nothing, Points } from "../ui/amounts.tsx";
import { counted } from "../ui/format.ts";
import classes from "./merge-dialog.module.css";
import { identifierName, identifierText } from "./names.ts";

type Person = MergePreview["survivor"];
type Standing = MergePreview["memberships"][number]["after"];

/** Both side by side, which of them stays, and what the one would have afterwards. */
export const MergeComparison = ({
  people,
  survivorId,
  onChoose,
  preview,
}: {
  /** Their ids in the order in which they are shown. */
  people: readonly [number, number];
  survivorId: number;
  onChoose: (id: number) => void;
  preview: MergePreview | undefined;
}) => {
  if (preview === undefined)
    return (
      <Stack gap="sm">
        <Skeleton h={96} />
        <Skeleton h={160} />
      </Stack>
    );
  const person = (id: number): Person => (preview.survivor.id === id ? preview.survivor : preview.victim);
  return (
    <Stack gap="md">
      <Radio.Group label="Who stays" value={String(survivorId)} onChange={(value) => onChoose(Number(value))}>
        <SimpleGrid cols={{ base: 1, xs: 2 }} mt={6} spacing="sm">
          {people.map((id) => (
            <PersonCard key={id} person={person(id)} isKept={id === survivorId} />
          ))}
        </SimpleGrid>
      </Radio.Group>
      <Box className={classes.scroll!} tabIndex={0} role="region" aria-label="Before and after">
        <ComparisonTable preview={preview} people={people} />
      </Box>
      <Moving preview={preview} />
      <Entries preview={preview} />
    </Stack>
  );
};

const PersonCard = ({ person, isKept }: { person: Person; isKept: boolean }) => (
  <div className={classes.person!} data-kept={isKept}>
    <Radio
      value={String(person.id)}
      label={
        <>
          <Text size="sm" fw={600} component="span">
            {person.name || `Member ${person.id}`}
          </Text>
          <Text size="xs" c="dimmed" component="span" ml={8}>
            {isKept ? "stays" : "becomes part of the other"}
          </Text>
        </>
      }
    />
    <Text size="sm" c="dimmed" mt={6}>
      {[person.mobile && identifierText("mobile", person.mobile), person.email, person.externalId]
        .filter(Boolean)
        .join(" · ")}
    </Text>
    <Text size="sm" c="dimmed">
      Registered <DateTime value={person.registeredAt} show="date" /> · id {person.id}
    </Text>
  </div>
);

const CATEGORIES: Record<number, string> = {
  1: "Points",
  2: "Promised points",
  3: "Points for later events",
};

const ComparisonTable = ({
  preview,
  people,
}: {
  preview: MergePreview;
  people: readonly [number, number];
}) => {
  const { survivor, accounts, memberships } = preview;
  const inOrder = <T,>(own: T, other: T): readonly [T, T] =>
    people[0] === survivor.id ? [own, other] : [other, own];
  const names = inOrder(
    survivor.name || `Member ${survivor.id}`,
    preview.victim.name || `Member ${preview.victim.id}`,
  );
  const several = new Set(accounts.map(({ programId }) => programId)).size > 1;
  const shown = accounts.filter((row) => row.category === 1 || row.survivor !== 0 || row.victim !== 0);
  return (
    <Table verticalSpacing={6} fz="sm">
      <Table.Thead>
        <Table.Tr>
          <Table.Td />
          <Table.Th ta="right">{names[0]}</Table.Th>
          <Table.Th ta="right">{names[1]}</Table.Th>
          <Table.Th ta="right">After</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {shown.map((row) => {
          const [first, second] = inOrder(row.survivor, row.victim);
          return (
            <Table.Tr key={`${row.programId}/${row.currencyId}/${row.category}`}>
              <Table.Th scope="row" fw={400}>
                {CATEGORIES[row.category] ?? "Points"}
                {several && (
                  <Text span c="dimmed">
                    {" "}
                    {row.programName}
                  </Text>
                )}
              </Table.Th>
              <Table.Td ta="right">
                <Points value={first} />
              </Table.Td>
              <Table.Td ta="right">
                <Points value={second} />
              </Table.Td>
              <Table.Td ta="right" fw={600}>
                <Points value={row.after} />
              </Table.Td>
            </Table.Tr>
          );
        })}
        {memberships.flatMap(({ programId, programName, survivor: own, victim, after }) =>
          FACTS.map(({ label, cell }) => {
            const [first, second] = inOrder(own, victim);
            return (
              <Table.Tr key={`${programId} ${label}`}>
                <Table.Th scope="row" fw={400}>
                  {label}
                  {several && (
                    <Text span c="dimmed">
                      {" "}
                      {programName}
                    </Text>
                  )}
                </Table.Th>
                <Table.Td ta="right">{first === null ? <Nothing /> : cell(first)}</Table.Td>
                <Table.Td ta="right">{second === null ? <Nothing /> : cell(second)}</Table.Td>
                <Table.Td ta="right" fw={600}>
                  {cell(after)}
                </Table.Td>
              </Table.Tr>
            );
          }),
        )}
      </Table.Tbody>
    </Table>
  );
};

const FACTS: { label: string; cell: (standing: Standing) => ReactNode }[] = [
  { label: "Tier", cell: ({ tierName }) => tierName },
  { label: "Lifetime purchases", cell: ({ lifetimePurchases }) => <Money value={lifetimePurchases} /> },
  { label: "Bills", cell: ({ transactionCount }) => transactionCount },
  { label: "Visits", cell: ({ visitCount }) => visitCount },
];

const Moving = ({ preview: { identifiers, survivor } }: { preview: MergePreview }) =>
  identifiers.length === 0 ? null : (
    <Text size="sm">
      <Text span fw={600}>
        {survivor.name || `Member ${survivor.id}`} is also found by{" "}
      </Text>
      {identifiers
        .map(({ type, value }) => `${identifierName(type).toLowerCase()} ${identifierText(type, value)}`)
        .join(", ")}
    </Text>
  );

/** The entries that will be in the two ledgers. */
const Entries = ({ preview: { entries } }: { preview: MergePreview }) => {
  const [opened, setOpened] = useState(false);
  if (entries.length === 0) return null;
  return (
    <Box>
      <UnstyledButton onClick={() => setOpened(!opened)} aria-expanded={opened}>
        <Text size="sm" c="var(--mantine-primary-color-light-color)" fw={500}>
          {opened ? "Hide" : "Show"} {entries.length} {counted(entries.length, "entry", "entries")} of the
          ledgers
        </Text>
      </UnstyledButton>
      <Collapse expanded={opened}>
        <Box className={classes.scroll!} tabIndex={0} role="region" aria-label="Entries of the ledgers">
          <Table verticalSpacing={4} fz="sm" mt={6}>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>Customer</Table.Th>
                <Table.Th ta="right">Amount</Table.Th>
                <Table.Th ta="right">Balance after</Table.Th>
                <Table.Th>Expires</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {entries.map((entry, index) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: entries have no id before they are posted.
                <Table.Tr key={index}>
                  <Table.Td>{entry.customerId}</Table.Td>
                  <Table.Td ta="right">
                    <Points value={entry.amount} signed />
                  </Table.Td>
                  <Table.Td ta="right">
                    <Points value={entry.balanceAfter} />
                  </Table.Td>
                  <Table.Td>
                    {entry.opensLot ? (
                      entry.expiresAt === null ? (
                        "Never"
                      ) : (
                        <DateTime value={entry.expiresAt} show="date" />
                      )
                    ) : (
                      <Nothing />
                    )}
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Box>
      </Collapse>
    </Box>
  );
};
