import { Alert, Button, Select, Text } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { IconUserPlus } from "@tabler/icons-react";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import type { Transaction } from "../api/types.ts";
import { useOrganisation } from "../shell/organisation.ts";
import { DateTime } from "../ui/amounts.tsx";
import { TextLink } from "../ui/links.tsx";
import { ClaimDrawer } from "./claim-drawer.tsx";
import { customersQuery } from "./queries.ts";

/** Of an anonymous bill: the way to claim it for a member, or whose it became. Of a claimed one: where it came from. */
export const BillClaim = ({ transaction }: { transaction: Transaction }) => {
  const { may } = useOrganisation();
  const [isOpen, setOpen] = useState(false);
  const navigate = useNavigate({ from: "/$org" });
  const { claim, claimed, type, id } = transaction;
  if (claimed !== null)
    return (
      <Text size="sm" c="dimmed">
        Claimed later:{" "}
        <TextLink
          from="/$org"
          to="/$org/transactions/$transactionId"
          params={{ transactionId: String(claimed.transactionId) }}
          size="sm"
        >
          the anonymous bill
        </TextLink>{" "}
        stays as it was.
      </Text>
    );
  if (claim !== null)
    return (
      <Alert color="pine" variant="light" title="Claimed by a member">
        <TextLink
          from="/$org"
          to="/$org/transactions/$transactionId"
          params={{ transactionId: String(claim.transactionId) }}
          size="sm"
        >
          The member’s bill
        </TextLink>
        <Text size="xs" c="dimmed" mt={2}>
          <DateTime value={claim.at} /> by {claim.by}
        </Text>
      </Alert>
    );
  if (type !== "NOT_INTERESTED" || !may("Points:write")) return null;
  return (
    <div>
      <Button variant="default" leftSection={<IconUserPlus size={16} />} onClick={() => setOpen(true)}>
        Claim for a customer
      </Button>
      {isOpen && (
        <Claim
          transactionId={id}
          onClose={() => setOpen(false)}
          onDone={(made) => {
            setOpen(false);
            void navigate({
              to: "/$org/transactions/$transactionId",
              params: { transactionId: String(made) },
            });
          }}
        />
      )}
    </div>
  );
};

const Claim = ({
  transactionId,
  onClose,
  onDone,
}: {
  transactionId: number;
  onClose: () => void;
  onDone: (id: number) => void;
}) => {
  const { api } = useOrganisation();
  const [customerId, setCustomerId] = useState<number | null>(null);
  const [text, setText] = useState("");
  const [asked] = useDebouncedValue(text, 150);
  const { data } = useQuery({
    ...customersQuery(api, { q: asked || undefined }),
    placeholderData: keepPreviousData,
    // What is picked stands in the field as its label, which is no search.
    enabled: customerId === null,
  });
  const members = data?.items ?? [];
  return (
    <ClaimDrawer
      title="Claim for a customer"
      transactionId={transactionId}
      customerId={customerId}
      onClose={onClose}
      onDone={onDone}
    >
      <Select
        label="Customer"
        description="Name, mobile number, e-mail address or external id"
        searchable
        clearable
        data-autofocus
        data={members.map((member) => ({
          value: String(member.id),
          label: [member.name || `Member ${member.id}`, member.mobile ?? member.email ?? member.externalId]
            .filter((part) => part)
            .join(" · "),
        }))}
        filter={({ options }) => options}
        nothingFoundMessage="Nobody is called that"
        value={customerId === null ? null : String(customerId)}
        onChange={(id) => setCustomerId(id === null ? null : Number(id))}
        onSearchChange={setText}
      />
    </ClaimDrawer>
  );
};
