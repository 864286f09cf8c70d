import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { type Browser, chromium } from "playwright-core";

/** No sandbox: tests run as root in containers, on pages of ours alone. The rest keeps the browser off the network. */
const ARGUMENTS = [
  "--no-sandbox",
  "--no-zygote",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--disable-dev-shm-usage",
  "--font-render-hinting=none",
];

/**
 * Starts a headless Chromium: the one that CHROMIUM names (/usr/bin/chromium), or the one that npm installed, which needs
 * nothing of the system. Close it when done. Web security is on, as in a real browser.
 */
export const launchBrowser = async (): Promise<Browser> => {
  const own = process.env.CHROMIUM;
  if (own) return chromium.launch({ executablePath: own, args: ARGUMENTS });
  const folder = await unpack();
  return chromium.launch({
    executablePath: join(folder, "chromium"),
    args: ARGUMENTS,
    env: {
      PATH: process.env.PATH ?? "",
      HOME: folder,
      TZ: process.env.TZ ?? "UTC",
      LD_LIBRARY_PATH: join(folder, "al2023", "lib"),
      FONTCONFIG_PATH: join(folder, "fonts"),
    },
  });
};

/** Unpacks the browser once per version (about two seconds) and returns its folder. */
const unpack = async (): Promise<string> => {
  const entry = createRequire(import.meta.url).resolve("@sparticuz/chromium");
  const version = await packageVersion(dirname(entry));
  const caches = await writableFolder();
  const folder = join(caches, `chromium-${version}`);
  if (await stat(join(folder, "chromium")).catch(() => null)) return folder;
  const staging = await mkdtemp(join(caches, "chromium-new-"));
  try {
    await promisify(execFile)(
      process.execPath,
      [fileURLToPath(new URL("unpack-chromium.mjs", import.meta.url))],
      {
        env: { ...process.env, TMPDIR: staging, AWS_EXECUTION_ENV: "AWS_Lambda_nodejs20.x" },
      },
    );
    await writeFile(join(staging, "fonts", "fonts.conf"), fontSettings(folder));
    // Fails when another test file was first.
    await rename(staging, folder).catch(() => {});
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
  return folder;
};

/** The package's own settings look for its font in /tmp/fonts. That font first, so that pictures are alike everywhere. */
const fontSettings = (folder: string): string => `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir>${folder}/fonts</dir>
  <dir>/usr/share/fonts</dir>
  <cachedir>${folder}/fonts-cache</cachedir>
  <alias binding="strong"><family>sans-serif</family><prefer><family>Open Sans</family></prefer></alias>
  <alias binding="strong"><family>system-ui</family><prefer><family>Open Sans</family></prefer></alias>
  <alias binding="strong"><family>monospace</family><prefer><family>DejaVu Sans Mono</family></prefer></alias>
</fontconfig>
`;

const packageVersion = async (folder: string): Promise<string> => {
  const text = await readFile(join(folder, "package.json"), "utf8").catch(() => null);
  const { name, version } = JSON.parse(text ?? "{}") as { name?: string; version?: string };
  return name === "@sparticuz/chromium" && version ? version : packageVersion(dirname(folder));
};

/** Beside the packages, which is on a real disk; the temporary folder when those are read-only. */
const writableFolder = async (): Promise<string> => {
  const beside = fileURLToPath(new URL("../../node_modules/.cache/fealty", import.meta.url));
  const made = await mkdir(beside, { recursive: true }).then(
    () => true,
    () => false,
  );
  if (made) return beside;
  const temporary = join(tmpdir(), `fealty-cache-${process.getuid?.() ?? 0}`);
  await mkdir(temporary, { recursive: true });
  return temporary;
};
