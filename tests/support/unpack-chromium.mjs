// Run as a process of its own by chromium.ts: the package unpacks into the temporary folder that the environment names,
// and only with the libraries that a bare Debian lacks when it believes to be on AWS Lambda.
import chromium from "@sparticuz/chromium";

await chromium.executablePath();
