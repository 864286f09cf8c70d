import { useEffect, useRef } from "react";
import { type CodeEditor, type CodeEditorParts, createCodeEditor, type Mistake } from "./code-editor.ts";

export interface CodeParts extends Pick<CodeEditorParts, "complete" | "hover" | "onCursor"> {
  label: string;
  hint: string;
  value: string;
  mistakes: readonly Mistake[];
  onChange: (text: string) => void;
}

/** The text editor as an input: it shows the value that it is given, and tells what is typed. */
export const CodeInput = ({ label, hint, value, mistakes, ...calls }: CodeParts) => {
  const parent = useRef<HTMLDivElement>(null);
  const editor = useRef<CodeEditor>(null);
  // The editor lives longer than one rendering: it always calls what was given last.
  const latest = useRef({ ...calls, value });
  latest.current = { ...calls, value };
  useEffect(() => {
    if (parent.current === null) return;
    const made = createCodeEditor({
      parent: parent.current,
      text: latest.current.value,
      label,
      hint,
      onChange: (text) => {
        if (text !== latest.current.value) latest.current.onChange(text);
      },
      onCursor: (offset) => latest.current.onCursor(offset),
      complete: (text, offset) => latest.current.complete(text, offset),
      hover: (text, offset) => latest.current.hover(text, offset),
    });
    editor.current = made;
    return () => {
      made.destroy();
      editor.current = null;
    };
  }, [label, hint]);
  useEffect(() => editor.current?.setText(value), [value]);
  useEffect(() => editor.current?.setMistakes(mistakes), [mistakes]);
  return <div ref={parent} />;
};
