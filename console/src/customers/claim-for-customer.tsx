import { Alert, Button, Text } from "@mantine/core";
import { IconUserPlus } from "@tabler/icons-react";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import type { Transaction } from "../api/types.ts";
import { useOrganisation } from "../shell/organisation.ts";
import { DateTime } from "../ui/amounts.tsx";
import { TextLink } from "../ui/links.tsx";
import { ClaimDrawer } from "./claim-drawer.tsx";
import { MemberPicker } from "./member-picker.tsx";

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
  const [customerId, setCustomerId] = useState<string | null>(null);
  return (
    <ClaimDrawer
      title="Claim for a customer"
      transactionId={transactionId}
      customerId={customerId === null ? null : Number(customerId)}
      onClose={onClose}
      onDone={onDone}
    >
      <MemberPicker label="Customer" autoFocus value={customerId} onChange={setCustomerId} />
    </ClaimDrawer>
  );
};
