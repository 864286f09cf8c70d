import { Button, Radio, Stack, Text, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { IconReceipt } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { apiQuery } from "../api/query.ts";
import { useOrganisation } from "../shell/organisation.ts";
import { DateTime, Money } from "../ui/amounts.tsx";
import { ErrorState } from "../ui/states.tsx";
import { ClaimDrawer } from "./claim-drawer.tsx";

/** On a member: an anonymous bill, known by the number on its receipt, becomes theirs. */
export const ClaimMissing = ({ memberId }: { memberId: string }) => {
  const { may } = useOrganisation();
  const [isOpen, setOpen] = useState(false);
  const navigate = useNavigate({ from: "/$org/members/$memberId" });
  if (!may("Points:write") || !may("Transaction:read")) return null;
  return (
    <>
      <Button variant="default" leftSection={<IconReceipt size={16} />} onClick={() => setOpen(true)}>
        Claim a missing bill
      </Button>
      {isOpen && (
        <Claim
          memberId={memberId}
          onClose={() => setOpen(false)}
          onDone={(id) => {
            setOpen(false);
            void navigate({
              to: "/$org/members/$memberId/transactions/$transactionId",
              params: { memberId, transactionId: String(id) },
            });
          }}
        />
      )}
    </>
  );
};

const Claim = ({
  memberId,
  onClose,
  onDone,
}: {
  memberId: string;
  onClose: () => void;
  onDone: (id: number) => void;
}) => {
  const [number, setNumber] = useState("");
  const [picked, setPicked] = useState<number | null>(null);
  return (
    <ClaimDrawer
      title="Claim a missing bill"
      transactionId={picked}
      customerId={Number(memberId)}
      onClose={onClose}
      onDone={onDone}
    >
      <TextInput
        label="Bill number"
        description="As it stands on the receipt"
        data-autofocus
        value={number}
        maxLength={50}
        onChange={(event) => {
          setNumber(event.currentTarget.value);
          setPicked(null);
        }}
      />
      <Found number={number.trim()} picked={picked} onPick={setPicked} />
    </ClaimDrawer>
  );
};

const Found = ({
  number,
  picked,
  onPick,
}: {
  number: string;
  picked: number | null;
  onPick: (id: number) => void;
}) => {
  const { api } = useOrganisation();
  const [asked] = useDebouncedValue(number, 250);
  const { data, error } = useQuery({
    ...apiQuery(api, "/api/transactions", { query: { q: asked } }),
    enabled: asked !== "",
  });
  if (asked === "") return null;
  if (error !== null) return <ErrorState error={error} />;
  if (data === undefined) return null;
  const bills = data.items.filter(({ type }) => type === "NOT_INTERESTED");
  if (bills.length === 0)
    return (
      <Text size="sm" c="dimmed">
        {data.items.length === 0
          ? `No bill has the number ${asked}.`
          : `The bill ${asked} is a member’s already: it cannot be claimed.`}
      </Text>
    );
  return (
    <Radio.Group
      label="Anonymous bills with this number"
      value={picked === null ? null : String(picked)}
      onChange={(id) => onPick(Number(id))}
    >
      <Stack gap="xs" mt="xs">
        {bills.map(({ id, amount, billedAt, store }) => (
          <Radio
            key={id}
            value={String(id)}
            label={
              <>
                <Money value={amount} /> · <DateTime value={billedAt} />
                {store && <> · {store.name}</>}
              </>
            }
          />
        ))}
      </Stack>
    </Radio.Group>
  );
};
