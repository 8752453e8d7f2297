import { realpathSync } from "node:fs";

/** `alloc session`, in full: neither pam_exec nor systemd has a PATH to look along. */
export function sessionCommand(...args: readonly string[]): readonly string[] {
  return [process.execPath, realpathSync(process.argv[1] ?? ""), "alloc", "session", ...args];
}

/** Lines of /etc/pam.d that open and close the block of a login. */
export function pamLines(store: string): string {
  const line = (type: string) =>
    [
      "session optional pam_exec.so",
      `type=${type}_session`,
      ...sessionCommand(type, "--grant", "--store", store).map(pamWord),
    ].join(" ");
  return [
    "# Behind the other session lines of a service, or of common-session:",
    line("open"),
    line("close"),
    "# What outlives its session is given back by a timer: see userns alloc session timer",
    "",
  ].join("\n");
}

/** An argument of a PAM module. @source pam.conf(5): brackets around what has blanks, a backslash before one that closes */
function pamWord(word: string): string {
  return /[\s[\]#]/.test(word) ? `[${word.replaceAll("]", "\\]")}]` : word;
}

/** The unit of systemd that gives back what outlives its session, and the timer that starts it, by their names. */
export const TIMER = "userns-session-close";

/** @param command  what is run once a minute */
export function timerUnits(command: readonly string[]): Readonly<Record<string, string>> {
  const service = [
    "[Unit]",
    "Description=Give back the ids of users who are gone",
    "",
    "[Service]",
    "Type=oneshot",
    `ExecStart=${command.map(systemdWord).join(" ")}`,
  ];
  const timer = [
    "[Unit]",
    "Description=Give back the ids of users who are gone, once a minute",
    "",
    "[Timer]",
    "OnBootSec=1min",
    "OnUnitActiveSec=1min",
    "",
    "[Install]",
    "WantedBy=timers.target",
  ];
  const textOf = (lines: readonly string[]) => lines.map((line) => `${line}\n`).join("");
  return { [`${TIMER}.service`]: textOf(service), [`${TIMER}.timer`]: textOf(timer) };
}

/** A word of a command. @source systemd.service(5), "Command lines"; systemd.unit(5), "Specifiers" */
function systemdWord(word: string): string {
  const plain = word.replaceAll("%", "%%").replaceAll("$", "$$$$");
  return /[\s"'\\;]/.test(plain) ? `"${plain.replace(/["\\]/g, "\\$&")}"` : plain;
}
