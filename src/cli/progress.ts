const WIDTH = 28;
const LINE_EVERY = 0.1;

export interface ProgressLine {
  /** Shows a share from 0 to 1 with a few words. */
  (share: number, words: string): void;
  /** Ends the line. */
  end(): void;
}

/** A progress bar on a terminal; elsewhere a line for every tenth. */
export const progressLine = (output: NodeJS.WriteStream = process.stdout): ProgressLine => {
  let nextLine = 0;
  let shown = false;
  const show = (share: number, words: string): void => {
    const full = Math.min(1, Math.max(0, share));
    if (output.isTTY) {
      const filled = Math.round(full * WIDTH);
      output.write(
        `\r\u001b[2K${"█".repeat(filled)}${"░".repeat(WIDTH - filled)} ${Math.floor(full * 100)} %  ${words}`,
      );
      shown = true;
    } else if (full >= nextLine) {
      output.write(`${Math.floor(full * 100)} %  ${words}\n`);
      nextLine = full + LINE_EVERY;
    }
  };
  return Object.assign(show, {
    end: () => {
      if (shown) output.write("\n");
      shown = false;
    },
  });
};
