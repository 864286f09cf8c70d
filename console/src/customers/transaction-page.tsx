import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useOrganisation } from "../shell/organisation.ts";
import { TextLink } from "../ui/links.tsx";
import { Page } from "../ui/page.tsx";
import { transactionQuery } from "./queries.ts";
import { TransactionView } from "./transaction-view.tsx";

const route = getRouteApi("/$org/transactions/$transactionId");

/** A bill by itself, with the way to its member when it has one. */
export const TransactionPage = () => {
  const { api } = useOrganisation();
  const { transactionId } = route.useParams();
  const { data } = useQuery(transactionQuery(api, transactionId));
  const customer = data?.customer;
  return (
    <Page
      title={data ? `${data.returnType === null ? "Bill" : "Return of"} ${data.number}` : "Bill"}
      width={760}
      {...(customer
        ? {
            trail: [
              <TextLink
                key="member"
                from="/$org"
                to="/$org/members/$memberId"
                params={{ memberId: String(customer.id) }}
                size="sm"
              >
                {customer.name || `Member ${customer.id}`}
              </TextLink>,
            ],
          }
        : {})}
    >
      <TransactionView transactionId={transactionId} />
    </Page>
  );
};
