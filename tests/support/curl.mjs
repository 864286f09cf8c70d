// Stands in for curl where a machine has none: the options that the README uses, and no others.
// -s, -G, -H <header>, -d <data>, -u <user:password>, <url>
const headers = new Headers();
const data = [];
let url = "";
let inQuery = false;

const options = process.argv.slice(2);
while (options.length > 0) {
  const option = options.shift();
  if (option === "-s") continue;
  if (option === "-G") inQuery = true;
  else if (option === "-d") data.push(options.shift());
  else if (option === "-u")
    headers.set("authorization", `Basic ${Buffer.from(options.shift()).toString("base64")}`);
  else if (option === "-H") {
    const [name, ...value] = options.shift().split(":");
    headers.set(name, value.join(":").trim());
  } else if (option.startsWith("-")) throw new Error(`${option} is not known here`);
  else url = option;
}

const body = data.join("&");
const address = inQuery && body !== "" ? `${url}${url.includes("?") ? "&" : "?"}${body}` : url;
const answer = await fetch(address, body === "" || inQuery ? { headers } : { method: "POST", headers, body });
process.stdout.write(Buffer.from(await answer.arrayBuffer()));
