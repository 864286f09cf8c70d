import { Grid, Stack } from "@mantine/core";
import { getRouteApi } from "@tanstack/react-router";
import { LedgerTable } from "./ledger-table.tsx";
import { LotsPanel } from "./lots-panel.tsx";
import { HoldsPanel } from "./movements/holds-panel.tsx";
import { RedemptionsPanel } from "./movements/redemptions-panel.tsx";
import { TransfersPanel } from "./movements/transfers-panel.tsx";
import { PointsPanel } from "./points-panel.tsx";
import { StatementDrawer } from "./statement-drawer.tsx";
import { TierHistory } from "./tier-history.tsx";
import { TierPanel } from "./tier-panel.tsx";
import { TrackersPanel } from "./trackers-panel.tsx";

const route = getRouteApi("/$org/members/$memberId/loyalty");

/**
 * What a member has and what may be done with it, then how it came about. Beside the ledger stand the things that its entries
 * made and that something can still be done with.
 */
export const LoyaltyTab = () => {
  const { memberId } = route.useParams();
  const { statement } = route.useSearch();
  return (
    <Stack gap="md">
      <PointsPanel />
      <Grid gap="md">
        <Grid.Col span={{ base: 12, lg: 8 }}>
          <LedgerTable />
        </Grid.Col>
        <Grid.Col span={{ base: 12, lg: 4 }}>
          <Stack gap="md">
            <HoldsPanel memberId={memberId} />
            <LotsPanel />
            <RedemptionsPanel memberId={memberId} />
            <TransfersPanel memberId={memberId} />
            <TierPanel memberId={memberId} />
            <TrackersPanel memberId={memberId} />
            <TierHistory />
          </Stack>
        </Grid.Col>
      </Grid>
      {statement !== undefined && <StatementDrawer month={statement} />}
    </Stack>
  );
};
