import { Group, Table, Text } from "@mantine/core";
import type { ReactNode } from "react";
import type { LedgerEntry, LedgerEvent } from "../api/types.ts";
import { DateTime, Points } from "../ui/amounts.tsx";
import { TextLink } from "../ui/links.tsx";
import { Expires } from "./expires.tsx";
import classes from "./ledger.module.css";
import { accountName, debtWords, otherSide, personOf, reasonOf, wordsOfUse } from "./ledger-words.ts";
import { kindOfPoints } from "./names.ts";

/** The entries of an event: from where to where the points went, and which lots they opened or used. */
export const LedgerDetail = ({ event, columns }: { event: LedgerEvent; columns: number }) => (
  <Table.Tr role="row" className={classes.detail!}>
    <Table.Td role="cell" colSpan={columns}>
      {reasonOf(event.reference) && (
        <Text size="sm" mb="xs" style={{ overflowWrap: "anywhere" }}>
          {reasonOf(event.reference)}
        </Text>
      )}
      {event.eventName === "BulkAllocatePoints" && event.reference?.date !== undefined && (
        <Text size="sm" c="dimmed" mb="xs">
          Awarded <DateTime value={event.reference.date} />, imported <DateTime value={event.bookedAt} />
        </Text>
      )}
      {event.entries.map((entry) => (
        <Entry
          key={entry.lineNo}
          entry={entry}
          accounts={event.entries.map(({ contra }) => contra)}
          other={event.reference?.other}
        />
      ))}
      <Text size="xs" c="dimmed" mt="sm">
        {sourceOf(event)}
      </Text>
    </Table.Td>
  </Table.Tr>
);

/** Where an event came from: "Event 6, PointsRedemption, code iOFOvs, by Cara Agent". */
const sourceOf = (event: LedgerEvent): string =>
  [
    `Event ${event.eventNo}`,
    event.eventName,
    event.tillCode && `till ${event.tillCode}`,
    event.reference?.code && `code ${event.reference.code}`,
    personOf(event) && `by ${personOf(event)}`,
  ]
    .filter(Boolean)
    .join(", ");

type OtherMember = NonNullable<LedgerEvent["reference"]>["other"];

/** The other member of a transfer or a merge, by name. */
const OtherLink = ({ other }: { other: NonNullable<OtherMember> }) => (
  <TextLink from="/$org" to="/$org/members/$memberId" params={{ memberId: String(other.id) }} size="sm">
    {other.name || `Member ${other.id}`}
  </TextLink>
);

const OF_MEMBERS = new Set(["transfer", "merge"]);

const Entry = ({
  entry,
  accounts,
  other,
}: {
  entry: LedgerEntry;
  accounts: readonly string[];
  other: OtherMember;
}) => (
  <div className={classes.entry}>
    <Group justify="space-between" mb={6}>
      <Text size="sm" fw={500}>
        {entry.programName} · {kindOfPoints(entry)}
      </Text>
      <Text size="sm" c="dimmed">
        Balance <Points value={entry.balanceBefore} /> →{" "}
        <Points value={entry.balanceAfter} c="bright" fw={500} />
      </Text>
    </Group>
    <div className={classes.parts}>
      <div>
        <PartTitle>Legs</PartTitle>
        {entry.legs.map(({ account, amount }) => (
          <Line
            key={account}
            label={
              account === entry.contra && other && OF_MEMBERS.has(account) ? (
                <OtherLink other={other} />
              ) : account === entry.contra ? (
                otherSide(account, accounts)
              ) : (
                accountName(account)
              )
            }
            value={<Points value={amount} signed />}
          />
        ))}
        {debtWords(entry.debtChange) !== null && (
          <Line label={debtWords(entry.debtChange)} value={<Points value={Math.abs(entry.debtChange)} />} />
        )}
      </div>
      <div>
        <PartTitle>Lots</PartTitle>
        <Lots entry={entry} />
      </div>
    </div>
  </div>
);

const Lots = ({ entry: { opensLot, usedLots } }: { entry: LedgerEntry }) => {
  if (opensLot === null && usedLots.length === 0) {
    return (
      <Text size="sm" c="dimmed">
        None
      </Text>
    );
  }
  return (
    <>
      {opensLot && (
        <>
          <Line label="Opened with" value={<Points value={opensLot.amount} />} />
          <Line label="Still there" value={<Points value={opensLot.remaining} />} />
          <Line
            label="Expires"
            value={opensLot.expiresAt ? <DateTime value={opensLot.expiresAt} show="date" /> : "Never"}
          />
        </>
      )}
      {usedLots.map((use, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: one lot may give as several things; the lines keep their places.
        <Use key={index} use={use} />
      ))}
    </>
  );
};

/** What was taken from a lot or given back to it, why, and which other event that continues. */
const Use = ({ use }: { use: LedgerEntry["usedLots"][number] }) => {
  const { eventNo, forEventNo, amount, expiresAt } = use;
  return (
    <Line
      label={
        <>
          {wordsOfUse(use)}
          <Text span size="xs" c="dimmed" display="block">
            {amount < 0 ? "back to" : "from"} the lot of <EventLink eventNo={eventNo} />,{" "}
            <Expires value={expiresAt} />
            {forEventNo !== null && forEventNo !== eventNo && (
              <>
                ; part of <EventLink eventNo={forEventNo} />
              </>
            )}
          </Text>
        </>
      }
      value={<Points value={-amount} signed />}
    />
  );
};

/** Opens the event in the ledger, on whichever page it is. */
const EventLink = ({ eventNo }: { eventNo: number }) => (
  <TextLink
    from="/$org/members/$memberId"
    to="/$org/members/$memberId/loyalty"
    search={(previous) => ({ ...previous, event: eventNo })}
    size="xs"
    resetScroll={false}
  >
    event {eventNo}
  </TextLink>
);

const PartTitle = ({ children }: { children: string }) => (
  <Text size="xs" c="dimmed" fw={500} mb={2}>
    {children}
  </Text>
);

const Line = ({ label, value }: { label: ReactNode; value: ReactNode }) => (
  <div className={classes.line}>
    <Text size="sm" component="span">
      {label}
    </Text>
    <Text size="sm" component="span">
      {value}
    </Text>
  </div>
);
