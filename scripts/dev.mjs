// `npm run dev`: the server, started anew on every save, and the console with hot reload in front of it.
// Options after `npm run dev --` go to `fealty serve`.
import { buildConsole, checkNode, ensureInstalled, report, supervise } from "./setup.mjs";

const develop = async () => {
  process.stdout.write(checkNode());
  await ensureInstalled("full");
  await buildConsole();
  const options = process.argv.slice(2);
  const position = options.indexOf("--port");
  const port = position === -1 ? (process.env.PORT ?? "4180") : options[position + 1];
  supervise([
    { args: ["--watch", "--watch-preserve-output", "--import", "tsx", "src/main.ts", "serve", ...options] },
    {
      args: ["node_modules/vite/bin/vite.js", "console", "--clearScreen", "false"],
      env: { FEALTY_API: `http://127.0.0.1:${port}` },
    },
  ]);
};

await develop().catch(report);
