import { Group, Skeleton, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import type { Transaction, TransactionLine } from "../api/types.ts";
import { useOrganisation } from "../shell/organisation.ts";
import { DateTime, Money, Nothing, Points } from "../ui/amounts.tsx";
import { type Column, DataTable } from "../ui/data-table.tsx";
import { useFormat } from "../ui/format-context.tsx";
import { KeyValue } from "../ui/key-value.tsx";
import { Panel } from "../ui/panel.tsx";
import { ErrorState } from "../ui/states.tsx";
import { StatusBadge } from "../ui/status-badge.tsx";
import { BillChanges } from "./bill-changes.tsx";
import { BillClaim } from "./claim-for-customer.tsx";
import { signedAmount } from "./facts.ts";
import { plainWords } from "./names.ts";
import { transactionQuery } from "./queries.ts";
import { ReturnsPanel } from "./returns-panel.tsx";
import { DecidedAgainPanel, WhyPanel } from "./why-panel.tsx";

/** What was bought, how it was paid, what it earned, and why. */
export const TransactionView = ({ transactionId }: { transactionId: string }) => {
  const { api } = useOrganisation();
  const { data, error, refetch } = useQuery(transactionQuery(api, transactionId));
  if (data === undefined) {
    return error === null ? <Waiting /> : <ErrorState error={error} onRetry={() => void refetch()} />;
  }
  return (
    <Stack gap="md">
      <Summary transaction={data} />
      <BillClaim transaction={data} />
      {data.returnType === null && <WhyPanel transaction={data} />}
      <ReturnsPanel transaction={data} />
      <DecidedAgainPanel transaction={data} />
      <Lines transaction={data} />
      <Facts transaction={data} />
      <BillChanges transaction={data} />
    </Stack>
  );
};

const Summary = ({ transaction }: { transaction: Transaction }) => {
  const { points, billedAt, store, till, by, type, source } = transaction;
  return (
    <div>
      <Group gap="xl" align="flex-end">
        <Text fz={28} fw={600} lh={1.2} lts="-0.02em">
          <Money value={signedAmount(transaction)} />
        </Text>
        {points !== null && (
          <Text fz={18} fw={600} lh={1.3}>
            <Points value={points} signed unit />
          </Text>
        )}
      </Group>
      <Group gap="xs" mt={6}>
        {type !== "REGULAR" && <StatusBadge tone="quiet">{plainWords(type)}</StatusBadge>}
        <Text size="sm" c="dimmed">
          <DateTime value={billedAt} />
          {store && <> · {store.name}</>}
          {till && <> · till {till.code}</>}
          {by && <> · by {by}</>}
          {source && <> · {plainWords(source)}</>}
        </Text>
      </Group>
    </div>
  );
};

const LINES: Column<TransactionLine>[] = [
  {
    header: "Item",
    leads: true,
    cell: ({ itemCode, description }) => (
      <div>
        <Text inherit fw={500}>
          {description ?? itemCode ?? <Nothing />}
        </Text>
        {description && itemCode && (
          <Text size="xs" c="dimmed">
            {itemCode}
          </Text>
        )}
      </div>
    ),
  },
  { header: "Quantity", align: "right", cell: ({ quantity }) => <Quantity value={quantity} /> },
  { header: "Price", align: "right", cell: ({ rate }) => <Money value={rate} /> },
  {
    header: "Discount",
    align: "right",
    cell: ({ discount }) => (discount === 0 ? <Nothing /> : <Money value={discount} />),
  },
  { header: "Amount", align: "right", cell: ({ amount }) => <Money value={amount} /> },
];

const Quantity = ({ value }: { value: number | null }) => {
  const format = useFormat();
  return value === null ? <Nothing /> : format.number(value);
};

const Lines = ({
  transaction: { lines, amount, grossAmount, discount, paymentModes },
}: {
  transaction: Transaction;
}) => (
  <Panel title="Items" flush order={3}>
    {lines.length === 0 ? (
      <Text c="dimmed" size="sm" px="lg" pb="md">
        The bill came without items.
      </Text>
    ) : (
      <DataTable
        label="Items of the bill"
        columns={LINES}
        rows={lines}
        rowKey={({ lineNo }) => lineNo}
        empty={null}
      />
    )}
    <Stack gap={4} px="lg" py="md" style={{ borderTop: "1px solid var(--fealty-line)" }}>
      {grossAmount !== null && grossAmount !== amount && <Sum label="Gross" value={grossAmount} />}
      {discount !== null && discount !== 0 && <Sum label="Discount" value={-discount} />}
      <Sum label="Total" value={amount} bold />
      {paymentModes.map(({ mode, value }, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a bill may be paid twice by one mode.
        <Sum key={index} label={`Paid by ${mode}`} value={value} dimmed />
      ))}
    </Stack>
  </Panel>
);

const Sum = ({
  label,
  value,
  bold = false,
  dimmed = false,
}: {
  label: string;
  value: number;
  bold?: boolean;
  dimmed?: boolean;
}) => (
  <Group justify="space-between">
    <Text size="sm" fw={bold ? 600 : 400} {...(dimmed ? { c: "dimmed" } : {})}>
      {label}
    </Text>
    <Money value={value} size="sm" fw={bold ? 600 : 400} {...(dimmed ? { c: "dimmed" } : {})} />
  </Group>
);

const shown = (value: unknown): string => (typeof value === "object" ? JSON.stringify(value) : String(value));

const CreditNote = ({ number, amount, notes }: NonNullable<Transaction["creditNote"]>) => (
  <>
    {number}
    {amount !== null && (
      <>
        {" "}
        of <Money value={amount} />
      </>
    )}
    {notes !== null && `: ${notes}`}
  </>
);

const Facts = ({ transaction: { id, note, creditNote, extendedFields } }: { transaction: Transaction }) => (
  <Panel title="More" order={3}>
    <KeyValue
      items={[
        { label: "Transaction id", value: id },
        ...(note ? [{ label: "Note", value: note }] : []),
        ...(creditNote === null ? [] : [{ label: "Credit note", value: <CreditNote {...creditNote} /> }]),
        ...Object.entries(extendedFields).map(([name, value]) => ({
          label: plainWords(name),
          value: shown(value),
        })),
      ]}
    />
  </Panel>
);

const Waiting = () => (
  <Stack gap="md">
    <Skeleton h={32} w={180} />
    <Skeleton h={14} w={300} maw="100%" />
    <Skeleton h={180} radius="lg" mt="sm" />
    <Skeleton h={220} radius="lg" />
  </Stack>
);
