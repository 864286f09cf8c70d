import type { Language } from "#messages";

/** What a reminder of points that expire says. `{…}` are places for values. */
export interface ReminderWords {
  readonly subject: string;
  readonly intro: string;
  readonly line: string;
  readonly note: string;
  /** What the points of an account are called. */
  readonly categories: { readonly 1: string; readonly 2: string; readonly 3: string };
}

export const REMINDER_WORDS: Readonly<Record<Language, ReminderWords>> = {
  en: {
    subject: "Your points at {brand} expire soon",
    intro: "Some of your points at {brand} are not valid much longer:",
    line: "{points}, valid until {date}",
    note: "As of {time}. What you have used since then is still contained.",
    categories: { 1: "Points", 2: "Promised points", 3: "Points awaiting an event" },
  },
  de: {
    subject: "Ihre Punkte bei {brand} verfallen bald",
    intro: "Einige Ihrer Punkte bei {brand} sind nicht mehr lange gültig:",
    line: "{points}, gültig bis {date}",
    note: "Stand {time}. Was Sie seither eingelöst haben, ist noch enthalten.",
    categories: { 1: "Punkte", 2: "Vorgemerkte Punkte", 3: "Punkte, die auf ein Ereignis warten" },
  },
  fr: {
    subject: "Vos points chez {brand} expirent bientôt",
    intro: "Certains de vos points chez {brand} ne sont plus valables longtemps :",
    line: "{points}, valables jusqu’au {date}",
    note: "Situation au {time}. Ce que vous avez utilisé depuis est encore compté.",
    categories: { 1: "Points", 2: "Points promis", 3: "Points en attente d’un événement" },
  },
  es: {
    subject: "Sus puntos en {brand} caducan pronto",
    intro: "Algunos de sus puntos en {brand} dejarán de ser válidos pronto:",
    line: "{points}, válidos hasta el {date}",
    note: "Situación a {time}. Lo que haya usado desde entonces sigue contado.",
    categories: { 1: "Puntos", 2: "Puntos prometidos", 3: "Puntos a la espera de un evento" },
  },
  it: {
    subject: "I Suoi punti da {brand} scadono presto",
    intro: "Alcuni dei Suoi punti da {brand} non saranno validi ancora a lungo:",
    line: "{points}, validi fino al {date}",
    note: "Situazione al {time}. Quanto usato da allora è ancora compreso.",
    categories: { 1: "Punti", 2: "Punti promessi", 3: "Punti in attesa di un evento" },
  },
  pt: {
    subject: "Os seus pontos em {brand} expiram em breve",
    intro: "Alguns dos seus pontos em {brand} deixam de ser válidos em breve:",
    line: "{points}, válidos até {date}",
    note: "Posição em {time}. O que usou desde então ainda está incluído.",
    categories: { 1: "Pontos", 2: "Pontos prometidos", 3: "Pontos à espera de um evento" },
  },
  nl: {
    subject: "Uw punten bij {brand} vervallen binnenkort",
    intro: "Een deel van uw punten bij {brand} is niet lang meer geldig:",
    line: "{points}, geldig tot en met {date}",
    note: "Stand van {time}. Wat u sindsdien hebt gebruikt, is nog meegeteld.",
    categories: { 1: "Punten", 2: "Toegezegde punten", 3: "Punten in afwachting van een gebeurtenis" },
  },
};
