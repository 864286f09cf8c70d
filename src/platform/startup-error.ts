/**
 * The start cannot go on, for a reason the operator can remove. The command line prints both sentences without a stack
 * and exits with a code other than 0.
 */
export class StartupError extends Error {
  override readonly name = "StartupError";
  constructor(
    /** What happened, one sentence. */
    readonly sentence: string,
    /** What to do about it. */
    readonly advice: string,
    options?: ErrorOptions,
  ) {
    super(`${sentence} ${advice}`, options);
  }
}
