import { Button, Checkbox, Progress, Skeleton, Stack, Text } from "@mantine/core";
import { IconHourglass } from "@tabler/icons-react";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useState } from "react";
import type { Lot } from "../api/types.ts";
import { useOrganisation } from "../shell/organisation.ts";
import { DateTime, Points } from "../ui/amounts.tsx";
import { useFormat } from "../ui/format-context.tsx";
import { Panel } from "../ui/panel.tsx";
import { EmptyState, ErrorState } from "../ui/states.tsx";
import { Expires } from "./expires.tsx";
import classes from "./lots-panel.module.css";
import { MoveExpiryDialog } from "./movements/by-hand-dialogs.tsx";
import { isRegularPoints, kindOfPoints } from "./names.ts";
import { lotsQuery } from "./queries.ts";

const route = getRouteApi("/$org/members/$memberId/loyalty");

/** Points as they were issued, with what is left of each and until when. */
export const LotsPanel = () => {
  const { api, may } = useOrganisation();
  const [moving, setMoving] = useState<Lot | null>(null);
  const { memberId } = route.useParams();
  const all = route.useSearch().lots === "all";
  const navigate = route.useNavigate();
  const format = useFormat();
  const { data, error, refetch } = useQuery({
    ...lotsQuery(api, memberId, all),
    placeholderData: keepPreviousData,
  });
  return (
    <Panel
      title="Lots"
      description={data && `${format.number(data.total)} ${all ? "in all" : "open"}`}
      actions={
        <Checkbox
          size="xs"
          label="Show used up"
          checked={all}
          onChange={({ currentTarget }) =>
            void navigate({
              search: (previous) => ({ ...previous, lots: currentTarget.checked ? "all" : undefined }),
              replace: true,
              resetScroll: false,
            })
          }
        />
      }
    >
      {data === undefined ? (
        error === null ? (
          <Stack gap="sm">
            {[70, 50, 60].map((width) => (
              <Skeleton key={width} h={32} w={`${width}%`} />
            ))}
          </Stack>
        ) : (
          <ErrorState error={error} onRetry={() => void refetch()} />
        )
      ) : data.items.length === 0 ? (
        <EmptyState icon={IconHourglass} title={all ? "No lots yet" : "No open lots"} compact>
          Each award of points opens a lot with an expiry of its own.
        </EmptyState>
      ) : (
        <>
          {/* A list that scrolls must be reachable by keyboard. */}
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: see above. */}
          <ul className={classes.lots} tabIndex={0} aria-label="Lots">
            {data.items.map((lot) => (
              <LotLine
                key={`${lot.eventNo}:${lot.lineNo}`}
                lot={lot}
                onMove={may("Points:write") ? () => setMoving(lot) : null}
              />
            ))}
          </ul>
          {data.total > data.items.length && (
            <Text size="sm" c="dimmed" mt="sm">
              The first {data.items.length} of {data.total}
            </Text>
          )}
        </>
      )}
      {moving !== null && (
        <MoveExpiryDialog memberId={memberId} lot={moving} onClose={() => setMoving(null)} />
      )}
    </Panel>
  );
};

const LotLine = ({
  lot,
  onMove,
}: {
  lot: Lot;
  /** Null: may not be done. */
  onMove: (() => void) | null;
}) => {
  const { amount, remaining, openedAt, awardedAt, expiresAt, convertsAt } = lot;
  const isRegular = isRegularPoints(lot);
  return (
    <li className={classes.lot}>
      <div className={classes.line}>
        <Text size="sm" fw={500}>
          <Points value={remaining} unit={isRegular && remaining === amount} />
          {remaining !== amount && (
            <Text span inherit c="dimmed" fw={400}>
              {" "}
              of <Points value={amount} unit={isRegular} />
            </Text>
          )}
          {!isRegular && ` ${kindOfPoints(lot)}`}
        </Text>
        {onMove !== null && remaining > 0 && (
          <Button
            size="compact-xs"
            variant="subtle"
            className={classes.move!}
            onClick={onMove}
            aria-label={`Move date of the lot of ${amount}`}
          >
            Move date
          </Button>
        )}
      </div>
      {remaining !== amount && (
        <Progress
          value={amount === 0 ? 0 : (remaining / amount) * 100}
          size={4}
          my={5}
          color="gold.4"
          aria-label="Share that is left"
        />
      )}
      <Text size="sm" component="div">
        <Expires value={expiresAt} capital />
        {expiresAt !== null && remaining > 0 && (
          <Text span inherit c="dimmed">
            , <DateTime value={expiresAt} show="relative" />
          </Text>
        )}
      </Text>
      <Text size="xs" c="dimmed" component="div">
        {awardedAt === null ? (
          <>
            Issued <DateTime value={openedAt} show="date" />
          </>
        ) : (
          <>
            Awarded <DateTime value={awardedAt} show="date" />, imported{" "}
            <DateTime value={openedAt} show="date" />
          </>
        )}
        {convertsAt !== null && remaining > 0 && (
          <>
            , can be spent from <DateTime value={convertsAt} show="date" />
          </>
        )}
      </Text>
    </li>
  );
};
