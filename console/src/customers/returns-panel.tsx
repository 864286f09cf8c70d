import { Button, Group, Stack, Text } from "@mantine/core";
import { useState } from "react";
import type { Transaction } from "../api/types.ts";
import { useOrganisation } from "../shell/organisation.ts";
import { DateTime, Money, Points } from "../ui/amounts.tsx";
import { useFormat } from "../ui/format-context.tsx";
import { TextLink } from "../ui/links.tsx";
import { Panel } from "../ui/panel.tsx";
import { canReturn, ReturnDialog } from "./return-dialog.tsx";

const WORDS: Readonly<Record<string, string>> = {
  FULL: "Whole bill",
  LINE_ITEM: "Items",
  AMOUNT: "Amount",
  CANCELLED: "Cancelled",
};

/** What went back of a bill, with the way to return more of it; of a return, the bill that it is of. */
export const ReturnsPanel = ({ transaction }: { transaction: Transaction }) => {
  const { may } = useOrganisation();
  const [isOpen, setIsOpen] = useState(false);
  const { returns, returnType } = transaction;
  const mayReturn = may("Transaction:return") && canReturn(transaction);
  if (returnType !== null) return <OriginalLine transaction={transaction} />;
  if (returns.length === 0 && !mayReturn) return null;
  return (
    <Panel title="Returns" order={3}>
      <Stack gap="xs">
        {returns.length === 0 && (
          <Text size="sm" c="dimmed">
            Nothing of this bill went back.
          </Text>
        )}
        {returns.map(({ id, returnType: kind, billedAt, amount, points }) => (
          <Group key={id} justify="space-between" wrap="nowrap">
            <Text size="sm">
              <TextLink
                from="/$org"
                to="/$org/transactions/$transactionId"
                params={{ transactionId: String(id) }}
                size="sm"
              >
                {WORDS[kind] ?? kind}
              </TextLink>{" "}
              <Text span size="sm" c="dimmed">
                <DateTime value={billedAt} />
              </Text>
            </Text>
            <Group gap="md" wrap="nowrap">
              <Money value={-amount} size="sm" />
              <Points value={points} signed unit size="sm" />
            </Group>
          </Group>
        ))}
        {mayReturn && (
          <Group>
            <Button variant="default" size="xs" onClick={() => setIsOpen(true)}>
              Return…
            </Button>
          </Group>
        )}
      </Stack>
      {isOpen && <ReturnDialog transaction={transaction} onClose={() => setIsOpen(false)} />}
    </Panel>
  );
};

/** Of what it took nothing, the reader is told why. */
const nothingTaken = ({
  returnType,
  returnOf,
  points,
  customer,
  decidedAgain,
}: Transaction): string | null => {
  if (returnOf === null || customer === null || points !== 0) return null;
  return returnType === "LINE_ITEM" && decidedAgain === null
    ? "It took no points: points of the bill as a whole go once every item has gone back."
    : "It took no points.";
};

const OriginalLine = ({ transaction }: { transaction: Transaction }) => {
  const { returnOf, takenBack } = transaction;
  const format = useFormat();
  return (
    <Panel title="What it took back" order={3}>
      <Stack gap="xs">
        <Text size="sm">
          {returnOf === null ? (
            "The bill that it is of is not known."
          ) : (
            <>
              It is a return of{" "}
              <TextLink
                from="/$org"
                to="/$org/transactions/$transactionId"
                params={{ transactionId: String(returnOf.id) }}
                size="sm"
              >
                an earlier bill
              </TextLink>
              .
            </>
          )}
        </Text>
        {takenBack.length === 0 && nothingTaken(transaction) !== null && (
          <Text size="sm" c="dimmed">
            {nothingTaken(transaction)}
          </Text>
        )}
        {takenBack.map((award) => (
          <Text size="sm" key={`${award.eventNo}/${award.lineNo}`}>
            <Points value={award.taken} size="sm" /> of <Points value={award.awarded} unit size="sm" />{" "}
            awarded
            {partsOf(award, format.points).map((part) => (
              <Text span display="block" size="sm" c="dimmed" key={part}>
                {part}
              </Text>
            ))}
          </Text>
        ))}
      </Stack>
    </Panel>
  );
};

/** What became of the points of an award, a sentence each. */
const partsOf = (
  { fromRest, moved, owed, expired }: Transaction["takenBack"][number],
  written: (points: number) => string,
): string[] =>
  [
    [fromRest, "were still there and were taken."],
    [moved, "had been spent; other points of the member were taken instead."],
    [owed, "had been spent; the member owes them."],
    [expired, "had expired; the balance stays as it is."],
  ]
    .filter(([amount]) => Number(amount) > 0)
    .map(([amount, words]) => `${written(Number(amount))} ${words}`);
