import { type Static, Type } from "@fastify/type-provider-typebox";
import { CATEGORY_LABELS } from "#ledger";
import { languageOf } from "#messages";
import { failures, formatIso, localDate, OwnFailure, POINTS_SCALE, type Server } from "#platform";
import type { Worth } from "../liability/schema.ts";
import { documentOf } from "./document.ts";
import { statementHtml } from "./html.ts";
import type { MailStatement } from "./mail.ts";
import { statementPdf } from "./pdf.ts";
import { LINE_KINDS, type Statement } from "./schema.ts";
import type { Statements } from "./service.ts";
import { CATALOGUES, descriptionOf } from "./words.ts";

const OrNull = <T extends Parameters<typeof Type.Array>[0]>(shape: T) => Type.Union([shape, Type.Null()]);
const Figure = Type.Number();

const StatementShape = Type.Object(
  {
    organisation: Type.String(),
    customer: Type.Object({ id: Type.Integer(), name: Type.String() }),
    month: Type.String(),
    from: Type.String({ description: "First day" }),
    to: Type.String({ description: "Last day" }),
    asOf: Type.String(),
    isOpen: Type.Boolean({ description: "The month is not over" }),
    language: Type.String({ description: "Of the descriptions and of the HTML and PDF forms" }),
    moneyCurrency: Type.String(),
    money: OrNull(Figure),
    accounts: Type.Array(
      Type.Object({
        programId: Type.Integer(),
        programName: Type.String(),
        currencyId: Type.Integer(),
        currency: Type.String(),
        category: Type.String(),
        opening: Figure,
        movements: Type.Array(
          Type.Object({
            at: Type.String(),
            kind: Type.String({ description: LINE_KINDS.join(", ") }),
            description: Type.String(),
            billNumber: OrNull(Type.String()),
            store: OrNull(Type.String()),
            points: Figure,
            balance: Figure,
          }),
        ),
        closing: Figure,
        money: OrNull(Figure),
        expiring: Type.Array(Type.Object({ validUntil: Type.String(), points: Figure })),
      }),
    ),
  },
  { $id: "Statement" },
);

const present = (statement: Statement): Static<typeof StatementShape> => {
  const { organisation, customer, month, from, until, asOf, isOpen, accounts, worth } = statement;
  const { timeZone, moneyScale } = organisation;
  const points = (amount: number) => amount / POINTS_SCALE;
  const money = (value: Worth) => (value === null ? null : value / moneyScale);
  const language = languageOf(organisation.language);
  const words = CATALOGUES[language];
  return {
    organisation: organisation.name,
    customer,
    month,
    from: localDate(from, timeZone),
    to: localDate(until - 1, timeZone),
    asOf: formatIso(asOf, timeZone),
    isOpen,
    language,
    moneyCurrency: organisation.currency,
    money: money(worth),
    accounts: accounts.map((account) => ({
      programId: account.programId,
      programName: account.programName,
      currencyId: account.currencyId,
      currency: account.currencyName === "" ? "points" : account.currencyName,
      category: CATEGORY_LABELS[account.category],
      opening: points(account.opening),
      movements: account.lines.map((line) => ({
        at: formatIso(line.at, timeZone),
        kind: line.kind,
        description: descriptionOf(words, line),
        billNumber: line.billNumber,
        store: line.store,
        points: points(line.amount),
        balance: points(line.balance),
      })),
      closing: points(account.closing),
      money: money(account.worth),
      expiring: account.expiring.map(({ at, amount }) => ({
        validUntil: localDate(at, timeZone),
        points: points(amount),
      })),
    })),
  };
};

/** Nothing of a statement comes from elsewhere or runs, whatever a customer is called. */
const HTML_POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'; sandbox";

const Id = Type.Object({ id: Type.String({ pattern: "^[0-9]{1,15}$", description: "The customer's id" }) });
const Month = Type.String({ pattern: "^[12][0-9]{3}-(0[1-9]|1[0-2])$", description: "YYYY-MM" });

export interface StatementRouteParts {
  readonly statements: Statements;
  readonly mailStatement: MailStatement;
}

/** Adds a customer's monthly statement: as data, as a page, as a PDF and by e-mail. */
export const addStatementRoutes = (
  server: Server,
  { statements, mailStatement }: StatementRouteParts,
): void => {
  addMailRoute(server, mailStatement);
  server.get(
    "/api/customers/:id/statement",
    {
      config: { access: { resource: "Points", mode: "read" } },
      schema: {
        tags: ["Customer ledger"],
        summary: "Statement of a customer's month, in the organisation's language and zone",
        description:
          "Opening balance, every movement, closing balance and what expires in the three months after, for each program, currency and category. A month that has not begun is refused, and so is one that ended before the customer began; the month under way is stated as it is now.",
        operationId: "getCustomerStatement",
        params: Id,
        querystring: Type.Object({
          month: Month,
          format: Type.Optional(
            Type.Union([Type.Literal("json"), Type.Literal("html"), Type.Literal("pdf")], {
              description: "json when absent; html and pdf answer text/html and application/pdf",
            }),
          ),
        }),
        response: { 200: StatementShape, ...failures(OwnFailure) },
      },
    },
    async (request, reply) => {
      const { month, format = "json" } = request.query;
      const id = Number(request.params.id);
      const statement = await statements.read(request.actor.orgId, id, month);
      if (format === "json") return present(statement);
      const document = documentOf(statement);
      const name = `statement-${id}-${month}`;
      // A statement is a person's: neither kept by what lies between, nor told to where its links lead.
      reply.header("cache-control", "private, no-store").header("x-content-type-options", "nosniff");
      if (format === "html") {
        reply.header("content-security-policy", HTML_POLICY);
        return reply.type("text/html; charset=utf-8").send(statementHtml(document) as never);
      }
      reply.header("content-disposition", `attachment; filename="${name}.pdf"`);
      return reply.type("application/pdf").send((await statementPdf(document, statement.asOf)) as never);
    },
  );
};

const addMailRoute = (server: Server, mailStatement: MailStatement): void => {
  server.post(
    "/api/customers/:id/statement/mail",
    {
      config: { access: { resource: "Points", mode: "write" } },
      schema: {
        tags: ["Customer ledger"],
        summary: "Send a customer the statement of a month by e-mail",
        description:
          "The statement goes as PDF to the customer's own address. The mailbox shows what became of it.",
        operationId: "mailCustomerStatement",
        params: Id,
        body: Type.Object({ month: Month }, { additionalProperties: false }),
        response: {
          202: Type.Object({ messageId: Type.Integer(), email: Type.String() }),
          ...failures(OwnFailure),
        },
      },
    },
    async (request, reply) => {
      const id = Number(request.params.id);
      return reply.code(202).send(await mailStatement(request.actor.orgId, id, request.body.month));
    },
  );
};
