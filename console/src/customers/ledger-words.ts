import { plainWords } from "./names.ts";

const PROGRAM_ACCOUNTS: Record<string, string> = {
  issued: "Program: issued",
  redeemed: "Program: redeemed",
  expired: "Program: expired",
  returned: "Program: returned",
  adjusted: "Program: adjusted",
  opening: "Opening balance",
  transfer: "Other member",
  conversion: "Other category",
  merge: "Merged member",
};

/** An account of a leg in plain words: the member's own, or the program's on the other side. */
export const accountName = (account: string): string => {
  const key = account.toLowerCase();
  if (/^(member|party|customer)\b/.test(key)) return "Member";
  const last = key.split(/[:/.]/).at(-1) ?? key;
  return PROGRAM_ACCOUNTS[last] ?? plainWords(account.replaceAll(/[:/.]/g, " "));
};
