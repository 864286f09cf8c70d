import { Drawer, FocusTrap } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useOrganisation } from "../shell/organisation.ts";
import { transactionQuery } from "./queries.ts";
import { TransactionView } from "./transaction-view.tsx";

const route = getRouteApi("/$org/members/$memberId/transactions/$transactionId");

/** A bill beside the list that it was opened from; it has an address of its own. */
export const TransactionDrawer = () => {
  const { api } = useOrganisation();
  const { transactionId } = route.useParams();
  const navigate = route.useNavigate();
  const { data } = useQuery(transactionQuery(api, transactionId));
  const close = () =>
    void navigate({
      to: "/$org/members/$memberId/transactions",
      search: (previous) => previous,
      resetScroll: false,
    });
  return (
    <Drawer
      opened
      onClose={close}
      size={700}
      padding="lg"
      title={data ? `Bill ${data.number}` : "Bill"}
      closeButtonProps={{ "aria-label": "Close" }}
      transitionProps={{ duration: 120 }}
      styles={{ title: { fontWeight: 600, fontSize: 18 } }}
    >
      <FocusTrap.InitialFocus />
      <TransactionView transactionId={transactionId} />
    </Drawer>
  );
};
