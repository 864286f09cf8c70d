// `npm start`: installs what is missing, builds the console, and serves. Everything after `npm start --` goes to
// `fealty serve`, such as --port 9000, --data /srv/fealty or --no-demo.
// Written without newer syntax, so that the Node 12 of an old Debian or Ubuntu can still say what it lacks.
import("./setup.mjs").then(
  (setup) => start(setup).catch(setup.report),
  (error) => {
    process.stderr.write(
      `Fealty needs Node.js 20.19 or newer, and this is ${process.version}: ${error.message}\n`,
    );
    process.stderr.write("Install a newer one from https://nodejs.org, then run this again.\n");
    process.exitCode = 1;
  },
);

async function start({ buildConsole, checkNode, ensureInstalled, SetupFailure, supervise }) {
  process.stdout.write(checkNode());
  const options = ["port", "host", "data", "demo", "work"];
  const kept = options.find((name) => process.env[`npm_config_${name}`] !== undefined);
  if (kept) {
    throw new SetupFailure(
      `npm kept the option "${kept}" for itself, so Fealty did not get it.`,
      "Put two dashes before options for Fealty: npm start -- --port 9000 --no-demo",
    );
  }
  await ensureInstalled("prod");
  await buildConsole();
  supervise([{ args: ["--import", "tsx", "src/main.ts", "serve", ...process.argv.slice(2)] }]);
}
