import { type LookupAddress, lookup } from "node:dns";
import { BlockList, isIP, type LookupFunction } from "node:net";

/**
 * Where webhooks may lie. Whoever defines one chooses where this server connects to, and reads what it answers: without a limit that
 * opens the network behind it. The limit is the operator's (an environment variable), not the organisation's: an administrator
 * of one organisation must not be able to lift it. Names are judged by the addresses that they lead to when the connection is made,
 * so that a name which leads elsewhere later does not get past.
 */

const PRIVATE = new BlockList();
for (const [network, prefix] of [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.0.2.0", 24],
  ["192.88.99.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["198.51.100.0", 24],
  ["203.0.113.0", 24],
  ["224.0.0.0", 4],
  ["240.0.0.0", 4],
] as const)
  PRIVATE.addSubnet(network, prefix, "ipv4");
for (const [network, prefix] of [
  ["::", 128],
  ["::1", 128],
  // These carry IPv4 addresses, which a gateway would reach.
  ["64:ff9b::", 96],
  ["64:ff9b:1::", 48],
  ["2001::", 32],
  ["2002::", 16],
  ["2001:db8::", 32],
  ["fc00::", 7],
  ["fe80::", 10],
  ["fec0::", 10],
  ["ff00::", 8],
] as const)
  PRIVATE.addSubnet(network, prefix, "ipv6");

/** Whether an address is not one of the public internet. IPv4 inside IPv6 counts as what it is. */
export const isPrivateAddress = (address: string): boolean => {
  const plain = address.split("%")[0]!;
  const family = isIP(plain);
  if (family === 0) return true;
  return PRIVATE.check(plain, family === 6 ? "ipv6" : "ipv4");
};

const MAX_URL = 2000;
const hostOf = (url: URL): string => url.hostname.replace(/^\[|\]$/g, "");
const isLocalName = (host: string): boolean => /(^|\.)(localhost|local|internal)\.?$/i.test(host);

/** Why a webhook may not have this URL; null when it may. */
export const objectionToUrl = (text: string, allowsPrivate: boolean): string | null => {
  if (text.length > MAX_URL) return `it may have ${MAX_URL} characters at most.`;
  if (!URL.canParse(text)) return "it must be a whole URL, such as https://example.com/hooks.";
  const url = new URL(text);
  if (url.protocol !== "http:" && url.protocol !== "https:") return "it must begin with https:// or http://.";
  if (url.username !== "" || url.password !== "")
    return "it must not hold a name or password; send them in a header.";
  if (allowsPrivate) return null;
  const host = hostOf(url);
  const isPrivate = isIP(host) === 0 ? isLocalName(host) : isPrivateAddress(host);
  return isPrivate
    ? "it leads to this machine or into a private network, which this server does not call."
    : null;
};

/** A look-up of names that finds no private address: the connection fails with EPRIVATE. */
export const publicLookup: LookupFunction = (hostname, options, callback) => {
  lookup(hostname, { ...options, all: true }, (error, found) => {
    const none = error ?? null;
    const addresses = found as LookupAddress[];
    const wrong = none === null && addresses.some(({ address }) => isPrivateAddress(address));
    if (none !== null || wrong) {
      const refusal =
        none ?? Object.assign(new Error("the name leads to a private address"), { code: "EPRIVATE" });
      callback(refusal, "", 0);
    } else if (options.all === true) callback(null, addresses as unknown as string, 0);
    else callback(null, addresses[0]!.address, addresses[0]!.family);
  });
};
