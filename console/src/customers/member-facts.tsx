import { Box, Group, Progress, Skeleton, Text } from "@mantine/core";
import type { ReactNode } from "react";
import type { Balance, Membership } from "../api/types.ts";
import { DateTime, Money, Points } from "../ui/amounts.tsx";
import { counted } from "../ui/format.ts";
import { useFormat } from "../ui/format-context.tsx";
import { expiringFirst, heldPoints, tierProgress } from "./facts.ts";
import classes from "./member-header.module.css";
import { kindOfPoints } from "./names.ts";
import { missingText } from "./tier-gaps.ts";

const Fact = ({
  label,
  value,
  characters = 1,
  children,
}: {
  label: string;
  value: ReactNode | undefined;
  /** How many the value has, where there may be more than fit. */
  characters?: number;
  children?: ReactNode;
}) => (
  <Box className={classes.fact!}>
    <Text c="dimmed" size="sm">
      {label}
    </Text>
    {value === undefined ? (
      <>
        <Skeleton h={22} w="50%" mt={6} mb={8} />
        <Skeleton h={12} w="70%" />
      </>
    ) : (
      <>
        <Text
          fw={600}
          lh={1.4}
          lts="-0.01em"
          component="div"
          className={classes.value!}
          style={{ "--characters": characters }}
        >
          {value}
        </Text>
        <Text c="dimmed" size="sm" component="div">
          {children}
        </Text>
      </>
    )}
  </Box>
);

const LOSS = "var(--fealty-loss)";

/** The points that can be spent large; what is owed, and other kinds of points, below. */
export const BalanceFact = ({ balances, error }: { balances: Balance[] | undefined; error: unknown }) => {
  const format = useFormat();
  if (balances === undefined) {
    return (
      <Fact label="Balance" value={error ? "–" : undefined}>
        {error ? "Could not be loaded" : null}
      </Fact>
    );
  }
  const { regular, debt, others, issued, redeemed } = heldPoints(balances);
  return (
    <Fact
      label="Balance"
      characters={format.points(regular).length}
      value={<Points value={regular} unit {...(regular < 0 ? { c: LOSS } : {})} />}
    >
      {[
        debt > 0 && `Owes ${format.points(debt)}, paid by the next points`,
        ...others.map((account) => `${kindOfPoints(account)} ${format.points(account.balance)}`),
      ]
        .filter(Boolean)
        .join(" · ") || `${format.points(issued)} issued, ${format.points(redeemed)} redeemed`}
    </Fact>
  );
};

/** The tier, and how far it is to the next. */
export const TierFact = ({
  memberships,
  error,
}: {
  memberships: Membership[] | undefined;
  error: unknown;
}) => {
  const format = useFormat();
  if (memberships === undefined) {
    return (
      <Fact label="Tier" value={error ? "–" : undefined}>
        {error ? "Could not be loaded" : null}
      </Fact>
    );
  }
  const membership = memberships[0];
  if (membership === undefined) {
    return (
      <Fact label="Tier" value="–">
        In no program yet
      </Fact>
    );
  }
  const { tier, nextTier } = membership;
  const progress = tierProgress(membership);
  return (
    <Fact
      label="Tier"
      value={
        <Group gap={8} wrap="nowrap">
          <span className={classes.dot} style={tier.color ? { background: tier.color } : {}} aria-hidden />
          {tier.name}
        </Group>
      }
    >
      {nextTier && progress ? (
        <>
          <Progress
            value={progress.share * 100}
            size={5}
            mt={4}
            mb={5}
            aria-label={`Progress to ${nextTier.name}`}
          />
          {missingText(membership, progress.missing, format)} to {nextTier.name}
        </>
      ) : (
        <>
          The highest tier
          {membership.tierSince && (
            <>
              , since <DateTime value={membership.tierSince} show="date" />
            </>
          )}
        </>
      )}
    </Fact>
  );
};

/** What goes first if it is not used. */
export const ExpiringFact = ({ balances }: { balances: Balance[] | undefined }) => {
  const format = useFormat();
  if (balances === undefined) return <Fact label="Expiring next" value={undefined} />;
  const first = expiringFirst(balances);
  return first === null ? (
    <Fact label="Expiring next" value="Nothing">
      No points with an expiry date
    </Fact>
  ) : (
    <Fact
      label="Expiring next"
      characters={format.points(first.points).length}
      value={<Points value={first.points} unit />}
    >
      <DateTime value={first.expiresAt} show="relative" />, on{" "}
      <DateTime value={first.expiresAt} show="date" />
    </Fact>
  );
};

export const PurchasesFact = ({ memberships }: { memberships: Membership[] | undefined }) => {
  const format = useFormat();
  const label = "Lifetime purchases";
  if (memberships === undefined) return <Fact label={label} value={undefined} />;
  const membership = memberships[0];
  if (membership === undefined) return <Fact label={label} value="–" />;
  const { lifetimePurchases, transactionCount, visitCount } = membership;
  return (
    <Fact
      label={label}
      characters={format.money(lifetimePurchases).length}
      value={<Money value={lifetimePurchases} />}
    >
      {format.number(transactionCount)} {counted(transactionCount, "bill")} in {format.number(visitCount)}{" "}
      {counted(visitCount, "visit")}
    </Fact>
  );
};
