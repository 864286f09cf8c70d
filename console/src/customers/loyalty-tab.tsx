import { Grid, Stack } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useOrganisation } from "../shell/organisation.ts";
import { BalanceChart } from "./balance-chart.tsx";
import { LedgerTable } from "./ledger-table.tsx";
import { LotsPanel } from "./lots-panel.tsx";
import { HoldsPanel } from "./movements/holds-panel.tsx";
import { MovementActions } from "./movements/movement-actions.tsx";
import { RedemptionsPanel } from "./movements/redemptions-panel.tsx";
import { TransfersPanel } from "./movements/transfers-panel.tsx";
import { PointsSummary } from "./points-summary.tsx";
import { balancesQuery } from "./queries.ts";
import { StatementDrawer } from "./statement-drawer.tsx";
import { TierHistory } from "./tier-history.tsx";

const route = getRouteApi("/$org/members/$memberId/loyalty");

/** Points down to the entries behind them, what expires when, and the way through the tiers. */
export const LoyaltyTab = () => {
  const { api } = useOrganisation();
  const { memberId } = route.useParams();
  const { statement } = route.useSearch();
  const { data: balances } = useQuery(balancesQuery(api, memberId));
  return (
    <Grid gap="md">
      <Grid.Col span={{ base: 12, lg: 8 }}>
        <Stack gap="md">
          <BalanceChart />
          <LedgerTable />
        </Stack>
      </Grid.Col>
      <Grid.Col span={{ base: 12, lg: 4 }}>
        <Stack gap="md">
          <MovementActions memberId={memberId} balances={balances?.items} />
          <HoldsPanel memberId={memberId} />
          <PointsSummary balances={balances?.items} />
          <LotsPanel />
          <RedemptionsPanel memberId={memberId} />
          <TransfersPanel memberId={memberId} />
          <TierHistory />
        </Stack>
      </Grid.Col>
      {statement !== undefined && <StatementDrawer month={statement} />}
    </Grid>
  );
};
