import { Command } from "commander";
import { StartupError } from "#platform";
import { backUp, restore } from "./cli/backup.ts";
import { giveCampaign } from "./cli/campaign.ts";
import { demo } from "./cli/demo.ts";
import { importFile } from "./cli/import.ts";
import { runMigrations } from "./cli/migrate.ts";
import { serve } from "./cli/serve.ts";
import { resetPassword, setUp } from "./cli/setup.ts";
import { verify } from "./cli/verify.ts";
import { work } from "./cli/work.ts";

const program = new Command("fealty")
  .description("Fealty: an open, self-hosted loyalty and customer-engagement platform")
  .version("0.1.0")
  .showHelpAfterError()
  .addHelpText(
    "after",
    `
The database is the embedded PostgreSQL in --data, or the one that DATABASE_URL names.
Environment: DATABASE_URL, PORT, HOST, FEALTY_DATA, LOG_LEVEL, FEALTY_TRUST_PROXY.`,
  );

const withData = (command: Command): Command =>
  command.option(
    "--data <folder>",
    "folder of the embedded database, uploads and demo.json (default: ./data)",
  );

withData(program.command("serve"))
  .description("serve the API and the console and do background work, all in one process")
  .option("--port <number>", "port to listen on (default: 4180; 0 = any free one)")
  .option("--host <address>", "address to listen on (default: 127.0.0.1)")
  .option("--no-demo", "do not create the demo organisation on the first start")
  .option("--no-work", "leave background work to other processes (fealty work)")
  .action(serve);
withData(program.command("work"))
  .description("do background work only: outbox, scheduled jobs, imports")
  .action(work);
withData(program.command("migrate"))
  .description("bring the database to the newest schema, then exit")
  .action(runMigrations);
withData(program.command("verify"))
  .description(
    "recompute the ledger from its journal and report whatever differs; exits with 1 when something does",
  )
  .option("--json", "print the result as JSON")
  .action(verify);
withData(program.command("backup"))
  .description("write everything as of one moment to a file; may run beside a server")
  .argument("<file>", "path of the file, such as fealty-backup.gz")
  .action(backUp);
withData(program.command("restore"))
  .description("read a backup into a new database")
  .argument("<file>", "path of the backup")
  .action(restore);
withData(program.command("import"))
  .description("import a CSV file (plain or .gz) of customers, transactions or points; safe to run again")
  .argument("<kind>", "customers, transactions or points")
  .argument("<file>", "path of the file")
  .requiredOption("--org <code>", "code of the organisation")
  .option(
    "--map <field=header...>",
    "which column feeds which field; other columns with known names are found by themselves",
    [],
  )
  .option("--till <code>", "till that rows without one are attributed to")
  .option("--as-of <bill|now>", "whether points count from each bill's date or from now", "bill")
  .option("--zone <zone>", "time zone of dates without an offset (default: the organisation's)")
  .option("--date-format <order>", "iso, dmy, mdy or ymd (default: iso)")
  .option("--decimal <sign>", "decimal sign of numbers, . or , (default: .)")
  .option("--register-unknown", "register customers that are not known yet")
  .option("--set-aside-returns", "keep returns and cancellations aside instead of rejecting them")
  .option(
    "--match-returns",
    "take bills with negative quantities for returns of earlier bills with those goods",
  )
  .option("--rejected <file>", "write rejected rows with their reasons to this CSV file")
  .action(importFile);
withData(program.command("campaign"))
  .description("give points of a campaign to the customers of a CSV file (plain or .gz); safe to run again")
  .argument(
    "<file>",
    "path of the file: a column that names the customer, and one of points where they differ",
  )
  .requiredOption("--org <code>", "code of the organisation")
  .requiredOption("--name <name>", "name of the campaign; a customer gets the points of one name once")
  .requiredOption("--reason <text>", "why, as customers and colleagues are told")
  .option("--points <number>", "points of customers whose row gives none")
  .option("--expires-on <day>", "last day of the points, YYYY-MM-DD, or never (default: as the program says)")
  .option("--promotion <name>", "promotion that the points are shown under (default: the campaign's name)")
  .option("--budget <points>", "points that this run gives at most; rows beyond it are rejected")
  .option("--most-per-customer <points>", "points that one customer gets at most; rows above it are rejected")
  .option(
    "--map <field=header...>",
    "which column feeds which field; columns with known names are found by themselves",
    [],
  )
  .option("--till <code>", "till that the points are attributed to")
  .option("--decimal <sign>", "decimal sign of numbers, . or , (default: .)")
  .option("--rejected <file>", "write rejected rows with their reasons to this CSV file")
  .action(giveCampaign);
withData(program.command("setup"))
  .description(
    "create an organisation with its first owner, who then signs in to the console; prints the password",
  )
  .argument("<code>", "short code, part of the console's addresses")
  .requiredOption("--name <name>", "name of the organisation")
  .requiredOption("--owner <email>", "e-mail address of the owner")
  .option("--country <code>", "ISO 3166 code, for phone numbers without a country code", "GB")
  .option("--currency <code>", "ISO 4217 code", "GBP")
  .option("--time-zone <zone>", "IANA zone", "Europe/London")
  .action(setUp);
withData(program.command("password"))
  .description("give a console user a new password, when nobody can sign in any more; prints it")
  .argument("<email>", "e-mail address of the user")
  .action(resetPassword);
withData(program.command("demo"))
  .description("create the demo organisation with real purchases, or finish a replay that was cut short")
  .action(demo);

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof StartupError) process.stderr.write(`\n${error.sentence}\n${error.advice}\n`);
  else process.stderr.write(`\nfealty failed unexpectedly:\n${(error as Error).stack ?? String(error)}\n`);
  process.exitCode = 1;
}
