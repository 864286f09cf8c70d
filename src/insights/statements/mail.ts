import type { Customers } from "#customers";
import type { Events } from "#events";
import { type Compose, fillIn, insertMessages, languageOf, messageQueued } from "#messages";
import { assert, type Clock, type Db, type Ids } from "#platform";
import { errors } from "../errors.ts";
import { documentOf } from "./document.ts";
import { STATEMENT_LETTER_WORDS } from "./mail-words.ts";
import { statementPdf } from "./pdf.ts";
import type { Statements } from "./service.ts";
import { countStatementMails } from "./store.ts";

/** The kind of message that a statement is sent with. */
export const STATEMENT_MESSAGE = "statement";

const HOUR = 3_600_000;
/** A statement that could not be sent for so long is not expected any more. */
const WORTH_SENDING = 72 * HOUR;
const MOST_IN_AN_HOUR = 5;

export interface StatementMailParts {
  readonly db: Db;
  readonly ids: Ids;
  readonly clock: Clock;
  readonly customers: Pick<Customers, "loadProfiles">;
  readonly statements: Statements;
  readonly publish: Events["publish"];
  readonly hasMailServer: boolean;
}

export type MailStatement = (
  orgId: number,
  partyId: number,
  month: string,
) => Promise<{ readonly messageId: number; readonly email: string }>;

/**
 * Sends a customer the statement of a month. It is made once here, so that what cannot be made is refused at once. Raises
 * insights.no_mail_server, no_mail_address, too_many_mails, and what reading the statement raises.
 */
export const createStatementMail =
  ({ db, ids, clock, customers, statements, publish, hasMailServer }: StatementMailParts): MailStatement =>
  async (orgId, partyId, month) => {
    if (!hasMailServer) throw errors.no_mail_server();
    await statements.read(orgId, partyId, month);
    const now = clock.now().getTime();
    return db.transaction(orgId, async (tx) => {
      const [[profile], sent, id] = await Promise.all([
        customers.loadProfiles(tx, orgId, [partyId]),
        countStatementMails(tx, orgId, partyId, new Date(now - HOUR)),
        ids.take("points"),
      ]);
      assert(profile !== undefined, "the statement was the customer's");
      const { email, mobile } = profile;
      if (email === "") throw errors.no_mail_address({ id: partyId });
      if (sent >= MOST_IN_AN_HOUR) throw errors.too_many_mails({ most: MOST_IN_AN_HOUR });
      const message = {
        partyId,
        id,
        kind: STATEMENT_MESSAGE,
        refId: null,
        details: { month },
        mobile,
        email,
        tillId: null,
        createdAt: now,
        expiresAt: now + WORTH_SENDING,
        delivery: "email" as const,
      };
      await tx.run(insertMessages(orgId, [message]));
      await publish(tx, [messageQueued(orgId, partyId, now)]);
      return { messageId: id, email };
    });
  };

/** Writes the letter with the statement, as PDF, and what each account held in the end. */
export const composeStatement =
  ({ statements }: Pick<StatementMailParts, "statements">): Compose =>
  async (organisation, { partyId, details }) => {
    const { month } = details;
    assert(typeof month === "string", "a message with a statement says of which month");
    const statement = await statements.read(organisation.id, partyId, month);
    const document = documentOf(statement);
    const period = document.facts.at(-1)?.[1] ?? month;
    const words = STATEMENT_LETTER_WORDS[languageOf(organisation.language)];
    const accounts = document.summary.rows.slice(0, statement.accounts.length);
    return {
      subject: `${document.title} · ${organisation.name} · ${period}`,
      name: statement.customer.name,
      parts: [
        { text: fillIn(words.attached, { period }) },
        { rows: accounts.map(([account = "", , , closing = ""]) => [account, closing] as const) },
      ],
      attachments: [
        {
          name: `statement-${month}.pdf`,
          type: "application/pdf",
          content: await statementPdf(document, statement.asOf),
        },
      ],
    };
  };
