/** What is used of the package, which brings no types along. */
declare module "picomatch" {
  interface PicomatchOptions {
    /** Do patterns match names that begin with a dot? */
    readonly dot?: boolean;
    /** Is `!` before a pattern a character like others? */
    readonly nonegate?: boolean;
    /** Flags of the regular expression that a glob becomes. */
    readonly flags?: string;
  }
  export default function picomatch(glob: string, options?: PicomatchOptions): (text: string) => boolean;
}
