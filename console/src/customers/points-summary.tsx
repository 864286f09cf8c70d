import { Skeleton, Stack } from "@mantine/core";
import type { Balance } from "../api/types.ts";
import { Points } from "../ui/amounts.tsx";
import { KeyValue } from "../ui/key-value.tsx";
import { Panel } from "../ui/panel.tsx";
import { plainWords } from "./names.ts";

/** Categories that nothing ever moved in are not shown, apart from the regular one. */
const isUsed = ({ category, balance, issued, redeemed, expired, returned, adjusted }: Balance): boolean =>
  category === "REGULAR" ||
  [balance, issued, redeemed, expired, returned, adjusted].some((points) => points !== 0);

/** How each balance came about. */
export const PointsSummary = ({ balances }: { balances: Balance[] | undefined }) => {
  if (balances === undefined) {
    return (
      <Panel title="Points">
        <Stack gap="sm">
          {[60, 50, 70, 40].map((width) => (
            <Skeleton key={width} h={14} w={`${width}%`} />
          ))}
        </Stack>
      </Panel>
    );
  }
  return (
    <>
      {balances.filter(isUsed).map((balance) => (
        <Panel
          key={`${balance.programId}:${balance.category}`}
          title={`${plainWords(balance.category)} points`}
        >
          <KeyValue
            items={[
              { label: "Issued", value: <Points value={balance.issued} /> },
              { label: "Redeemed", value: <Points value={balance.redeemed} /> },
              { label: "Expired", value: <Points value={balance.expired} /> },
              ...(balance.returned === 0
                ? []
                : [{ label: "Returned", value: <Points value={balance.returned} /> }]),
              ...(balance.adjusted === 0
                ? []
                : [{ label: "Adjusted", value: <Points value={balance.adjusted} signed /> }]),
              { label: "Balance", value: <Points value={balance.balance} fw={600} /> },
            ]}
          />
        </Panel>
      ))}
    </>
  );
};
