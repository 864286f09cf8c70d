import { Stack, Text } from "@mantine/core";
import type { MovementPreview } from "../../api/types.ts";
import { DateTime, Points } from "../../ui/amounts.tsx";
import { Expires } from "../expires.tsx";
import { otherSide } from "../ledger-words.ts";
import { kindOfPoints } from "../names.ts";
import classes from "./preview.module.css";
import { changeWords, type PreviewedLot, signedAmount } from "./preview-words.ts";

type Entry = MovementPreview["entries"][number];
type PreviewedHold = MovementPreview["holds"][number];
type Move = MovementPreview["expiries"][number];

/** What a movement would come to: each entry with its lots, holds, and moved expiry dates. */
export const PreviewView = ({ preview: { entries, holds, expiries } }: { preview: MovementPreview }) => (
  <Stack gap="sm">
    <Text size="sm" c="dimmed">
      {entries.length + holds.length + expiries.length === 0
        ? "No points would move."
        : "This is what will be written. Nothing has happened yet."}
    </Text>
    {entries.map((entry, index) => (
      // biome-ignore lint/suspicious/noArrayIndexKey: the entries of a preview keep their places.
      <EntryCard key={index} entry={entry} accounts={entries.map(({ account }) => account)} />
    ))}
    {holds.map((hold, index) => (
      // biome-ignore lint/suspicious/noArrayIndexKey: see above.
      <HoldCard key={index} hold={hold} />
    ))}
    {expiries.map((move, index) => (
      // biome-ignore lint/suspicious/noArrayIndexKey: see above.
      <MoveCard key={index} move={move} />
    ))}
  </Stack>
);

/** Whose points, and which: "Ana Reyes, regular points, Rewards". */
const Whose = ({
  item: { customerId, customerName, category, currency, programName },
}: {
  item: Pick<Entry, "customerId" | "customerName" | "category" | "currency" | "programName">;
}) => (
  <Text size="sm" fw={500}>
    {customerName || `Member ${customerId}`}
    <Text span inherit c="dimmed" fw={400}>
      {" "}
      · {kindOfPoints({ category, currency })} · {programName}
    </Text>
  </Text>
);

const Line = ({ label, children }: { label: string; children: React.ReactNode }) => (
  <div className={classes.line}>
    <Text size="sm" c="dimmed" component="span">
      {label}
    </Text>
    <Text size="sm" component="span">
      {children}
    </Text>
  </div>
);

const EntryCard = ({ entry, accounts }: { entry: Entry; accounts: readonly string[] }) => (
  <div className={classes.entry}>
    <div className={classes.head}>
      <Whose item={entry} />
      <Points value={entry.amount} signed fw={600} />
    </div>
    <Line label="Balance">
      <Points value={entry.balanceBefore} /> → <Points value={entry.balanceAfter} fw={600} />
    </Line>
    <Line label="Other side">{otherSide(entry.account, accounts)}</Line>
    {entry.debtChange !== 0 && (
      <Line label={entry.debtChange > 0 ? "Not covered by any lot: owed" : "Pays what was owed"}>
        <Points value={Math.abs(entry.debtChange)} />
      </Line>
    )}
    {entry.lots.length > 0 && (
      <ul className={classes.lots} aria-label="Lots">
        {entry.lots.map((lot, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: lots of a preview keep their places.
          <LotLine key={index} lot={lot} />
        ))}
      </ul>
    )}
  </div>
);

const LotLine = ({ lot }: { lot: PreviewedLot }) => (
  <li className={classes.lot}>
    <Text size="sm" component="span">
      {changeWords(lot)}
      <Text span inherit c="dimmed">
        {lot.change === "opened" ? ", " : "; the lot "}
        <Expires value={lot.expiresAt} />
        {lot.change !== "opened" && lot.remaining !== null && (
          <>
            {" "}
            and then has <Points value={lot.remaining} /> left
          </>
        )}
      </Text>
    </Text>
    <Text size="sm" component="span">
      <Points value={signedAmount(lot)} signed />
    </Text>
  </li>
);

const HOLD_WORDS: Readonly<Record<string, string>> = {
  captured: "spent and over",
  released: "released",
  expired: "over",
};

const HoldCard = ({ hold }: { hold: PreviewedHold }) => (
  <div className={classes.entry}>
    <div className={classes.head}>
      <Whose item={hold} />
      <Text size="sm" fw={600} component="span">
        <Points value={hold.amount} /> held
      </Text>
    </div>
    {hold.captured > 0 && (
      <Line label="Spent of it">
        <Points value={hold.captured} />
      </Line>
    )}
    {hold.status === "active" ? (
      <Line label="Held until">
        <DateTime value={hold.expiresAt} />
      </Line>
    ) : (
      <Line label="Then the hold is">{HOLD_WORDS[hold.status] ?? hold.status}</Line>
    )}
    <Line label="Can be spent besides">
      <Points value={hold.available} />
    </Line>
  </div>
);

const MoveCard = ({ move }: { move: Move }) => (
  <div className={classes.entry}>
    <div className={classes.head}>
      <Whose item={move} />
      <Points value={move.remaining} unit fw={600} />
    </div>
    <Line label="Expires">
      {move.expiresBefore === null ? "Never" : <DateTime value={move.expiresBefore} show="date" />} →{" "}
      {move.expiresAfter === null ? "never" : <DateTime value={move.expiresAfter} show="date" fw={600} />}
    </Line>
  </div>
);
