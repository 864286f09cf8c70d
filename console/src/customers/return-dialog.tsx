import { NumberInput, SegmentedControl, Stack, Text, Textarea } from "@mantine/core";
import type { UseFormReturnType } from "@mantine/form";
import { useQueryClient } from "@tanstack/react-query";
import { refresh } from "../api/query.ts";
import type { Transaction } from "../api/types.ts";
import { useOrganisation } from "../shell/organisation.ts";
import { Money } from "../ui/amounts.tsx";
import { MovementDialog } from "./movements/movement-dialog.tsx";
import { given } from "./movements/movement-fields.tsx";

type Kind = "FULL" | "LINE_ITEM" | "AMOUNT";

/** What is left of a line, in pieces. */
const leftOf = ({ quantity, returnedQuantity }: Transaction["lines"][number]) =>
  (quantity * 1000 - returnedQuantity * 1000) / 1000;

/** Ways in which the bill can still go back: after the first return only that return's own. */
const kindsOf = ({ returns, lines }: Transaction): { value: Kind; label: string }[] => {
  const first = returns[0]?.returnType;
  const kinds: { value: Kind; label: string }[] = [
    { value: "FULL", label: "Whole bill" },
    { value: "LINE_ITEM", label: "Items" },
    { value: "AMOUNT", label: "Amount" },
  ];
  return kinds.filter(
    ({ value }) =>
      (first === undefined || value === first) &&
      (value !== "LINE_ITEM" || lines.some((line) => leftOf(line) > 0)),
  );
};

/** Why there is nothing to choose, once a part of the bill went back; null where there is. */
const onlyKindWords = ({ returns }: Transaction): string | null => {
  const first = returns[0]?.returnType;
  if (first === "LINE_ITEM")
    return "Items of this bill went back already, so the rest can only go back by items.";
  return first === "AMOUNT"
    ? "An amount of this bill went back already, so the rest can only go back by amount."
    : null;
};

/** Whether anything of the bill can go back. */
export const canReturn = (transaction: Transaction): boolean => {
  const { returnType, outlierStatus, returns, lines, amount } = transaction;
  if (returnType !== null || outlierStatus !== "NORMAL") return false;
  const first = returns[0]?.returnType;
  if (first === undefined) return true;
  if (first === "LINE_ITEM") return lines.some((line) => leftOf(line) > 0);
  return first === "AMOUNT" && returns.reduce((sum, item) => sum + item.amount, 0) < amount;
};

interface Values {
  kind: Kind;
  amount: number | string;
  /** How many of each line, by its number. */
  pieces: Record<string, number | string>;
  note: string;
}

/** What is entered, as it is sent: the parts of other kinds are left out. */
const bodyOf = ({ kind, amount, pieces, note }: Values) => ({
  returnType: kind,
  ...(kind === "AMOUNT" ? { amount: Number(amount) } : {}),
  ...(kind === "LINE_ITEM"
    ? {
        lines: Object.entries(pieces)
          .map(([lineNo, quantity]) => ({ lineNo: Number(lineNo), quantity: Number(quantity) }))
          .filter(({ quantity }) => quantity > 0),
      }
    : {}),
  ...given({ note }),
});

/** Returns a bill, whole, by item or by amount, seen before it is confirmed: which points go from where. */
export const ReturnDialog = ({ transaction, onClose }: { transaction: Transaction; onClose: () => void }) => {
  const { api } = useOrganisation();
  const queryClient = useQueryClient();
  const kinds = kindsOf(transaction);
  const params = { id: String(transaction.id) };
  const memberId = transaction.customer?.id;
  const initial: Values = {
    kind: kinds[0]?.value ?? "FULL",
    amount: "",
    pieces: Object.fromEntries(transaction.lines.map(({ lineNo }) => [lineNo, 0])),
    note: "",
  };
  return (
    <MovementDialog
      title={`Return of bill ${transaction.number}`}
      action="Return"
      dangerous
      initial={initial}
      check={{
        amount: (value, { kind }) =>
          kind === "AMOUNT" && !(Number(value) > 0) ? "Enter how much goes back" : null,
        pieces: (value, { kind }) =>
          kind === "LINE_ITEM" && !Object.values(value).some((count) => Number(count) > 0)
            ? "Enter which items go back"
            : null,
      }}
      body={bodyOf}
      calls={{
        preview: (body) => api.post("/api/transactions/{id}/return-preview", { params, body }),
        confirm: async (body, requestKey) => {
          await api.post("/api/transactions/{id}/returns", { params, body, requestKey });
          await refresh(queryClient, api, "/transactions");
        },
      }}
      done="The return was recorded."
      touches={() => (memberId === undefined ? [] : [memberId])}
      onClose={onClose}
    >
      {(form) => (
        <>
          {onlyKindWords(transaction) === null ? (
            <SegmentedControl
              aria-label="What goes back"
              data={kinds}
              value={form.values.kind}
              onChange={(value) => form.setFieldValue("kind", value as Kind)}
            />
          ) : (
            <Text size="sm">{onlyKindWords(transaction)}</Text>
          )}
          <Parts form={form} transaction={transaction} />
          <Textarea label="Note" autosize minRows={2} {...form.getInputProps("note")} />
        </>
      )}
    </MovementDialog>
  );
};

/** What goes back, asked for as its kind needs it. */
const Parts = ({
  form,
  transaction: { amount, returns, lines },
}: {
  form: UseFormReturnType<Values>;
  transaction: Transaction;
}) => {
  const { kind } = form.values;
  if (kind === "FULL")
    return <Text size="sm">The whole bill goes back, and with it everything that it earned.</Text>;
  if (kind === "AMOUNT")
    return (
      <NumberInput
        label="Amount"
        description={
          <>
            At most <Money value={amount - returns.reduce((sum, item) => sum + item.amount, 0)} />; points go
            back in the same ratio
          </>
        }
        required
        min={0}
        thousandSeparator=","
        hideControls
        data-autofocus
        {...form.getInputProps("amount")}
      />
    );
  return (
    <Stack gap="xs">
      {lines
        .filter((line) => leftOf(line) > 0)
        .map((line) => (
          <NumberInput
            key={line.lineNo}
            label={line.description ?? line.itemCode}
            description={`${leftOf(line)} left of ${line.quantity}`}
            min={0}
            max={leftOf(line)}
            {...form.getInputProps(`pieces.${line.lineNo}`)}
          />
        ))}
      {form.errors.pieces && (
        <Text size="sm" c="var(--mantine-color-error)" role="alert">
          {form.errors.pieces}
        </Text>
      )}
      <Text size="xs" c="dimmed">
        Points of the bill as a whole go once every item has gone back.
      </Text>
    </Stack>
  );
};
