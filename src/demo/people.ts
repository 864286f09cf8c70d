/** Thirty-two bits that follow from a text alone (FNV-1a, then mixed): the same people and places on every machine. */
export const hash = (text: string): number => {
  let state = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    state = Math.imul(state ^ text.charCodeAt(index), 0x01000193);
  }
  state = Math.imul(state ^ (state >>> 16), 0x85ebca6b);
  state = Math.imul(state ^ (state >>> 13), 0xc2b2ae35);
  return (state ^ (state >>> 16)) >>> 0;
};

export const pick = <T>(items: readonly T[], seed: string): T => items[hash(seed) % items.length]!;

const words = (text: string): readonly string[] => text.trim().split(/\s+/);

const FIRST_NAMES = words(`
  Aisha Alice Amelia Amir Anita Anna Arthur Beth Bilal Callum Carys Catherine Charlotte Chidi Chloe Claire Conor Daisy Daniel
  David Deborah Dylan Eleanor Elif Emily Emma Ewan Farah Fatima Fiona Fraser Freya George Grace Gwen Hannah Harriet Harry
  Helen Henry Holly Hugo Imran Ines Iona Isaac Isla Jack James Jasmine Joan John Joseph Judith Kamal Karen Kate Kofi Laura
  Leah Lewis Liam Linda Lucy Luke Maeve Malik Margaret Maria Mark Martin Mary Maya Mei Michael Mina Mohammed Molly Nadia
  Naomi Nia Niamh Nigel Nikhil Nina Noah Olivia Omar Oscar Owen Patricia Paul Peter Philippa Phoebe Priya Rachel Raj Rebecca
  Rhys Richard Robert Rosa Rory Rose Ruby Ruth Samira Samuel Sanjay Sarah Sean Sian Simon Siobhan Sophie Stella Stephen Susan
  Tariq Thomas Tobias Tom Uma Victor Victoria Vikram Violet William Yara Yusuf Zainab Zara Zoe`);
const LAST_NAMES = words(`
  Abbott Adeyemi Ahmed Ali Allen Anderson Armstrong Atkinson Bailey Baker Barnes Begum Bell Bennett Bhatt Black Bradley Brooks
  Brown Burns Butler Campbell Carter Chan Chapman Chaudhry Clark Collins Cook Cooper Cox Davies Dean Dixon Douglas Edwards
  Ellis Evans Farrell Fisher Fletcher Ford Foster Fox Gallagher Gibson Gill Gordon Graham Grant Gray Green Griffiths Hall
  Hamilton Harper Harris Harrison Hart Harvey Henderson Hill Holmes Hughes Hunt Hussain Hussein Jackson James Jenkins Johnson
  Jones Joshi Kaur Kelly Kennedy Khan King Knight Kumar Lawson Lee Lewis Lloyd Lynch Macdonald Marshall Martin Mason Matthews
  Mensah Miller Mills Mitchell Moore Morgan Morris Murphy Murray Nguyen Obi Okafor Oneill Owen Palmer Parker Patel Patterson
  Pearson Perry Phillips Powell Price Quinn Rahman Reid Reynolds Richards Roberts Robinson Rogers Rose Ross Russell Ryan
  Saunders Scott Shah Sharma Shaw Simpson Singh Smith Stevens Stewart Stone Sullivan Taylor Thomas Thompson Turner Walker
  Wallace Walsh Ward Watson Webb West White Wilkinson Williams Wilson Wong Wood Wright Young`);
const MAIL_DOMAINS = ["example.com", "example.org", "example.net"] as const;

export interface Person {
  readonly firstName: string;
  readonly lastName: string;
  readonly email: string;
  readonly mobile: string;
}

/** A made-up person for a customer number of five digits; no two numbers share an address or a phone. */
export const personOf = (customerNumber: string): Person => {
  const firstName = pick(FIRST_NAMES, `first ${customerNumber}`);
  const lastName = pick(LAST_NAMES, `last ${customerNumber}`);
  const name = `${firstName}.${lastName}.${customerNumber}`.toLowerCase();
  return {
    firstName,
    lastName,
    email: `${name}@${pick(MAIL_DOMAINS, `mail ${customerNumber}`)}`,
    mobile: `+447700 9${customerNumber.padStart(5, "0")}`.replace(" ", ""),
  };
};
