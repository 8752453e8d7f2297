import { FIRST_FLOW, type FlowState } from "./flow-state.ts";

/** A flow to open with one click. */
export interface FlowExample {
  readonly title: string;
  readonly about: string;
  readonly flow: FlowState;
}

const INSIDE = { column: 0, number: 0 };

export const FLOW_EXAMPLES: readonly FlowExample[] = [
  {
    title: "Rootless container",
    about: "Root inside is you; every other id comes from /etc/subuid.",
    flow: FIRST_FLOW,
  },
  {
    title: "Podman keep-id",
    about: "--userns=keep-id: you are 1000 inside too, by a second namespace in the first.",
    flow: {
      ...FIRST_FLOW,
      namespaces: [
        { name: "rootless", map: "0:1000:1,1:100000:65536" },
        { name: "container", map: "0:1:1000,1000:0:1,1001:1001:64536" },
      ],
      picked: { ...INSIDE, id: 1000 },
    },
  },
  {
    title: "Nested containers",
    about: "A container in a container: 10000 ids of the outer one’s 65536.",
    flow: {
      ...FIRST_FLOW,
      namespaces: [
        { name: "container", map: "0:100000:65536" },
        { name: "nested", map: "0:20000:10000" },
      ],
      picked: { ...INSIDE, id: 33 },
    },
  },
  {
    title: "Idmapped volume",
    about: "Files of 0 to 65535 on the disk are the container’s own, without a chown.",
    flow: {
      ...FIRST_FLOW,
      namespaces: [{ name: "container", map: "0:100000:65536" }],
      mount: "map",
      mountMap: "0:100000:65536",
      picked: { ...INSIDE, id: 1000 },
    },
  },
  {
    title: "Isolated namespace",
    about: "Proposed: no map at all, every id usable, 64-bit ids in the kernel, and the disk keeps them as they are.",
    flow: {
      ...FIRST_FLOW,
      namespaces: [{ name: "isolated", map: "" }],
      isIsolated: true,
      mount: "own",
      picked: { ...INSIDE, id: 123 },
    },
  },
  {
    title: "Static image shift",
    about: "An image rests at 2147352576; a mount brings it to the range that the container runs at.",
    flow: {
      ...FIRST_FLOW,
      namespaces: [{ name: "container", map: "0:524288:65536" }],
      mount: "map",
      mountMap: "2147352576:524288:65536",
      picked: { ...INSIDE, id: 33 },
    },
  },
];
