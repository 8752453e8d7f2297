/** A text to paste. */
export interface PasteExample {
  readonly title: string;
  readonly about: string;
  readonly text: string;
}

export const PASTE_EXAMPLES: readonly PasteExample[] = [
  {
    title: "A refused map",
    about: "Two lines share an id.",
    text: "0 1000 1\n1 100000 65536\n65536 300000 10\n",
  },
  {
    title: "/etc/subuid",
    about: "Two owners share ids.",
    text: "alice:100000:65536\nben:165535:65536\n# carol is gone\ncarol:many:5\n",
  },
  {
    title: "Podman --uidmap",
    about: "Counted from the user’s own ranges.",
    text: "--uidmap 0:1:1000 --uidmap 1000:0:1",
  },
  { title: "LXC", about: "lxc.idmap lines.", text: "lxc.idmap = u 0 100000 65536\nlxc.idmap = g 0 100000 65536\n" },
  {
    title: "newuidmap’s message",
    about: "A range that is not granted.",
    text: "newuidmap: uid range [0-70000) -> [100000-170000) not allowed",
  },
  {
    title: "Podman’s message",
    about: "A layer with an id that the map does not hold.",
    text: "potentially insufficient UIDs or GIDs available in user namespace (requested 0:70042 for /etc/gshadow): Check /etc/subuid and /etc/subgid",
  },
];
