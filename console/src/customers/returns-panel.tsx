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
  const { returns, returnOf, returnType } = transaction;
  const mayReturn = may("Transaction:return") && canReturn(transaction);
  if (returnType !== null) return <OriginalLine returnOf={returnOf} takenBack={transaction.takenBack} />;
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

const OriginalLine = ({ returnOf, takenBack }: Pick<Transaction, "returnOf" | "takenBack">) => {
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
        {takenBack.map((award) => (
          <Text size="sm" key={`${award.eventNo}/${award.lineNo}`}>
            <Points value={award.taken} unit size="sm" /> of <Points value={award.awarded} unit size="sm" />{" "}
            <Text span size="sm" c="dimmed">
              {partsOf(award, format.points)}
            </Text>
          </Text>
        ))}
      </Stack>
    </Panel>
  );
};

const partsOf = (
  { fromRest, moved, owed, expired }: Transaction["takenBack"][number],
  written: (points: number) => string,
): string =>
  [
    [fromRest, "were left"],
    [moved, "had been spent: other points stand in"],
    [owed, "had been spent: the balance owes them"],
    [expired, "had expired"],
  ]
    .filter(([amount]) => Number(amount) > 0)
    .map(([amount, words]) => `${written(Number(amount))} ${words}`)
    .join(", ");
