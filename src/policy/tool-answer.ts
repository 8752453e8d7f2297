/** What a shell sees of a program that ended. */
export interface ToolAnswer {
  readonly exit: 0 | 1;
  readonly stdout: string;
  readonly stderr: string;
}
