import {
  acceptCompletion,
  autocompletion,
  type Completion,
  type CompletionContext,
  type CompletionResult,
  closeBrackets,
  closeBracketsKeymap,
  completionKeymap,
} from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { setDiagnostics } from "@codemirror/lint";
import { Compartment, EditorState } from "@codemirror/state";
import {
  Decoration,
  EditorView,
  hoverTooltip,
  keymap,
  MatchDecorator,
  placeholder,
  tooltips,
  ViewPlugin,
} from "@codemirror/view";
import type { Answer } from "../../api/client.ts";

export type Completions = Answer<"/api/expressions/completions", "post">;
export type Hover = NonNullable<Answer<"/api/expressions/hover", "post">["hover"]>;
/** What is wrong with a part of the text. */
export interface Mistake {
  readonly start: number;
  readonly end: number;
  readonly message: string;
}

export interface CodeEditorParts {
  readonly parent: HTMLElement;
  readonly text: string;
  readonly label: string;
  readonly hint: string;
  readonly onChange: (text: string) => void;
  /** The cursor was moved, to this offset. */
  readonly onCursor: (offset: number) => void;
  readonly complete: (text: string, offset: number) => Promise<Completions>;
  readonly hover: (text: string, offset: number) => Promise<Hover | null>;
}

export interface CodeEditor {
  /** Another text than what is there replaces it. */
  setText(text: string): void;
  setMistakes(mistakes: readonly Mistake[]): void;
  destroy(): void;
}

/** An editor for the text of a condition. It knows nothing of the language: the server tells what stands and what can stand where. */
export const createCodeEditor = (parts: CodeEditorParts): CodeEditor => {
  const validity = new Compartment();
  const view = new EditorView({
    parent: parts.parent,
    state: EditorState.create({
      doc: parts.text,
      extensions: [extensionsOf(parts), validity.of(invalid(false))],
    }),
  });
  return {
    setText: (text) => {
      if (view.state.doc.toString() === text) return;
      view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: text } });
    },
    setMistakes: (mistakes) => {
      const { length } = view.state.doc;
      const within = (offset: number) => Math.max(0, Math.min(offset, length));
      const diagnostics = mistakes.map(({ start, end, message }) => ({
        from: within(start),
        to: Math.max(within(start), within(end)),
        severity: "error" as const,
        message,
      }));
      view.dispatch(setDiagnostics(view.state, diagnostics));
      view.dispatch({ effects: validity.reconfigure(invalid(mistakes.length > 0)) });
    },
    destroy: () => view.destroy(),
  };
};

const invalid = (is: boolean) => EditorView.contentAttributes.of({ "aria-invalid": String(is) });

const extensionsOf = ({ label, hint, onChange, onCursor, complete, hover }: CodeEditorParts) => [
  history(),
  closeBrackets(),
  EditorView.lineWrapping,
  highlighter,
  placeholder(hint),
  theme,
  tooltips({ position: "fixed" }),
  autocompletion({
    override: [(context) => completionsAt(context, complete)],
    icons: false,
    closeOnBlur: true,
    activateOnTypingDelay: 60,
    // As many as fit without a scroll bar, which the keyboard could not reach; the arrows go on beyond them.
    maxRenderedOptions: 8,
  }),
  hoverTooltip(
    async ({ state }, offset) => tooltipOf(await hover(state.doc.toString(), offset).catch(() => null)),
    {
      hideOnChange: true,
    },
  ),
  // Tab takes what is offered; where nothing is, it goes on to the next field.
  keymap.of([
    { key: "Tab", run: acceptCompletion },
    ...closeBracketsKeymap,
    ...completionKeymap,
    ...historyKeymap,
    ...defaultKeymap,
  ]),
  EditorView.contentAttributes.of({ "aria-label": label, spellcheck: "false", autocapitalize: "off" }),
  EditorView.updateListener.of(({ docChanged, selectionSet, focusChanged, state, view }) => {
    if (docChanged) onChange(state.doc.toString());
    if (docChanged || selectionSet || focusChanged) onCursor(view.hasFocus ? state.selection.main.head : -1);
  }),
];

const completionsAt = async (
  context: CompletionContext,
  complete: CodeEditorParts["complete"],
): Promise<CompletionResult | null> => {
  const { state, pos, explicit } = context;
  const text = state.doc.toString();
  // After a space nothing pops up by itself: whoever types on would take it by mistake.
  if (!explicit && (pos === 0 || /\s/.test(text.charAt(pos - 1)))) return null;
  const { from, to, items } = await complete(text, pos).catch(() => ({ from: pos, to: pos, items: [] }));
  if (context.aborted || items.length === 0) return null;
  return {
    from,
    to,
    filter: false,
    options: items.map((item, index) => optionOf(item, items.length - index)),
  };
};

const optionOf = (item: Completions["items"][number], boost: number): Completion => ({
  label: item.label,
  displayLabel: item.signature,
  detail: item.type ?? item.kind,
  boost: Math.min(99, boost),
  info: item.doc === "" ? undefined : infoOf(item),
  apply: (view, _, from, to) => {
    view.dispatch({
      changes: { from, to, insert: item.insert },
      selection: { anchor: from + item.caret },
      userEvent: "input.complete",
    });
  },
});

const NOT_FILLED = "Nothing fills it yet: it is never known.";
const infoOf =
  ({ doc, source }: { doc: string; source: string }) =>
  (): Node =>
    document.createTextNode(source === "known" ? doc : `${doc} ${NOT_FILLED}`);

const tooltipOf = (hover: Hover | null) =>
  hover && {
    pos: hover.start,
    end: hover.end,
    above: true,
    create: () => {
      const dom = document.createElement("div");
      dom.className = "cm-hover";
      const title = dom.appendChild(document.createElement("code"));
      title.textContent = hover.type === null ? hover.title : `${hover.title}: ${hover.type}`;
      dom.append(infoOf(hover)());
      return { dom };
    },
  };

const TOKENS =
  /("(?:\\.|[^"\\])*"?)|(\b\d+(?:\.\d+)?\b)|(\b(?:true|false|null)\b)|(&&|\|\||[=!<>]=|[<>!+\-*/%])|(\.[\p{L}_]\w*)/gu;
const KINDS = ["text", "number", "word", "operator", "member"].map((kind) =>
  Decoration.mark({ class: `cm-${kind}` }),
);

const decorator = new MatchDecorator({
  regexp: TOKENS,
  decoration: (match) => KINDS[match.slice(1).findIndex((part) => part !== undefined)] ?? null,
});
const highlighter = ViewPlugin.define(
  (view) => ({
    decorations: decorator.createDeco(view),
    update(update) {
      this.decorations = decorator.updateDeco(update, this.decorations);
    },
  }),
  { decorations: ({ decorations }) => decorations },
);

const MONO = "var(--mantine-font-family-monospace)";
const floating = {
  border: "1px solid var(--fealty-line)",
  borderRadius: "8px",
  background: "var(--fealty-surface)",
  color: "var(--mantine-color-text)",
  boxShadow: "var(--mantine-shadow-md)",
};
const theme = EditorView.theme({
  "&": {
    border: "1px solid var(--mantine-color-default-border)",
    borderRadius: "var(--mantine-radius-md)",
    background: "var(--fealty-surface)",
    fontSize: "13px",
  },
  "&.cm-focused": { outline: "2px solid var(--mantine-color-anchor)", outlineOffset: "-1px" },
  ".cm-scroller": { fontFamily: MONO, lineHeight: "1.6", maxHeight: "320px" },
  ".cm-content": { padding: "8px 0", caretColor: "var(--mantine-color-text)" },
  ".cm-line": { padding: "0 12px" },
  ".cm-cursor": { borderLeftColor: "var(--mantine-color-text)" },
  ".cm-placeholder": { color: "var(--mantine-color-placeholder)" },
  ".cm-text": { color: "light-dark(#80600d, #efd999)" },
  ".cm-number, .cm-word": { color: "light-dark(#1f5f8f, #8ec1ee)" },
  ".cm-operator": { color: "var(--mantine-color-dimmed)" },
  ".cm-member": { color: "var(--fealty-gain)" },
  ".cm-tooltip": floating,
  ".cm-tooltip.cm-tooltip-autocomplete > ul": {
    fontFamily: MONO,
    fontSize: "12.5px",
    maxHeight: "none",
    overflow: "hidden",
  },
  ".cm-tooltip.cm-tooltip-autocomplete > ul > li": { padding: "4px 10px" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul > li[aria-selected]": {
    background: "var(--mantine-color-pine-light)",
    color: "var(--mantine-color-text)",
  },
  ".cm-completionDetail": {
    color: "var(--mantine-color-dimmed)",
    fontStyle: "normal",
    float: "right",
    marginLeft: "16px",
  },
  ".cm-completionMatchedText": { textDecoration: "none", fontWeight: "600" },
  ".cm-tooltip.cm-completionInfo": { padding: "8px 12px", maxWidth: "300px" },
  ".cm-hover": { padding: "8px 12px", maxWidth: "360px", fontSize: "13px" },
  ".cm-hover code": { display: "block", fontFamily: MONO, fontSize: "12px", marginBottom: "2px" },
  ".cm-diagnostic": { padding: "6px 12px", borderLeft: "3px solid var(--fealty-loss)" },
});
