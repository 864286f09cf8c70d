import type { Language } from "#messages";

/** What the letter says that a statement comes with; the statement itself has the rest. `{…}` are places for values. */
export const STATEMENT_LETTER_WORDS: Readonly<Record<Language, { readonly attached: string }>> = {
  en: { attached: "Your points statement for {period} is attached. In short:" },
  de: { attached: "Im Anhang finden Sie Ihren Punkteauszug für {period}. In Kürze:" },
  fr: { attached: "Vous trouverez en pièce jointe votre relevé de points, {period}. En bref :" },
  es: { attached: "Adjuntamos su extracto de puntos, {period}. En resumen:" },
  it: { attached: "In allegato trova il Suo estratto conto punti, {period}. In breve:" },
  pt: { attached: "Em anexo encontra o seu extrato de pontos, {period}. Em resumo:" },
  nl: { attached: "In de bijlage vindt u uw puntenoverzicht van {period}. In het kort:" },
};
