import { Skeleton, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import type { ReactNode } from "react";
import type { Balance, Hold } from "../api/types.ts";
import { useOrganisation } from "../shell/organisation.ts";
import { Points } from "../ui/amounts.tsx";
import { Panel } from "../ui/panel.tsx";
import { ErrorState } from "../ui/states.tsx";
import { BalanceChart } from "./balance-chart.tsx";
import { heldNow, isUsed, spendable } from "./facts.ts";
import { MovementActions } from "./movements/movement-actions.tsx";
import { isRegularPoints, kindOfPoints } from "./names.ts";
import classes from "./points-panel.module.css";
import { balancesQuery, holdsQuery } from "./queries.ts";

const route = getRouteApi("/$org/members/$memberId/loyalty");

/** What a member has: how each balance came about, what of it can be spent, and how it went over time; with what may be done. */
export const PointsPanel = () => {
  const { api } = useOrganisation();
  const { memberId } = route.useParams();
  const balances = useQuery(balancesQuery(api, memberId));
  const holds = useQuery(holdsQuery(api, memberId));
  const [items, held] = [balances.data?.items, holds.data?.items];
  const purses =
    items &&
    held &&
    items.filter(isRegularPoints).map((balance) => ({
      programId: balance.programId,
      programName: balance.programName,
      available: spendable([balance], held),
    }));
  const isOneOfMany = new Set(items?.map(({ programId }) => programId)).size > 1;
  const others = (items ?? []).filter((balance) => isUsed(balance) && !isRegularPoints(balance));
  const account = (balance: Balance) => (
    <Account
      key={`${balance.programId}:${balance.currency}:${balance.category}`}
      balance={balance}
      holds={held ?? []}
      isOneOfMany={isOneOfMany}
    />
  );
  return (
    <Panel title="Points" actions={<MovementActions memberId={memberId} purses={purses} />}>
      <div className={classes.parts}>
        <div>
          {items === undefined ? (
            balances.error === null ? (
              <Waiting />
            ) : (
              <ErrorState error={balances.error} onRetry={() => void balances.refetch()} />
            )
          ) : (
            items.filter(isRegularPoints).map(account)
          )}
        </div>
        <BalanceChart />
      </div>
      {others.length > 0 && <div className={classes.others}>{others.map(account)}</div>}
    </Panel>
  );
};

/** One balance, as a sum. */
const Account = ({
  balance,
  holds,
  isOneOfMany,
}: {
  balance: Balance;
  holds: readonly Hold[];
  isOneOfMany: boolean;
}) => {
  const { programName, debt } = balance;
  const held = heldNow(holds, balance);
  const parts: [string, number][] = [
    ["Issued", balance.issued],
    ["Received", balance.received],
    ["Redeemed", -balance.redeemed],
    ["Passed on", -balance.passedOn],
    ["Expired", -balance.expired],
    ["Returned", -balance.returned],
    ["Adjusted", balance.adjusted],
  ];
  const title = kindOfPoints(balance);
  return (
    <section className={classes.account} aria-label={isOneOfMany ? `${title}, ${programName}` : title}>
      <Text size="sm" fw={600}>
        {title}
        {isOneOfMany && (
          <Text span inherit c="dimmed" fw={400}>
            {" "}
            · {programName}
          </Text>
        )}
      </Text>
      <dl className={classes.sum}>
        {parts
          .filter(([label, points]) => points !== 0 || label === "Issued")
          .map(([label, points]) => (
            <Row key={label} label={label}>
              <Points value={points} />
            </Row>
          ))}
        <Row label="Balance" total>
          <Points value={balance.balance} />
        </Row>
        {held > 0 && (
          <>
            <Row label="Held">
              <Points value={-held} />
            </Row>
            <Row label="Can be spent" total>
              <Points value={spendable([balance], holds)} />
            </Row>
          </>
        )}
        {debt > 0 && (
          <Row label="Owed, paid by the next points">
            <Points value={debt} c="var(--fealty-loss)" />
          </Row>
        )}
      </dl>
    </section>
  );
};

const Row = ({ label, total = false, children }: { label: string; total?: boolean; children: ReactNode }) => (
  <div className={classes.row} data-total={total || undefined}>
    <dt>{label}</dt>
    <dd>{children}</dd>
  </div>
);

const Waiting = () => (
  <Stack gap="sm">
    {[60, 50, 70, 40].map((width) => (
      <Skeleton key={width} h={14} w={`${width}%`} />
    ))}
  </Stack>
);
