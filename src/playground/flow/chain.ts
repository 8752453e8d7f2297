import { type IdMap, UNWRITTEN } from "../../core/index.ts";
import { parseMap } from "../../formats/index.ts";
import {
  createRoute,
  type Denied,
  initialNamespace,
  type KernelRoute,
  type NamedMap,
  statRoute,
  throughParent,
  type View,
} from "../../kernel/index.ts";
import type { FlowState } from "./flow-state.ts";

/** The number that the isolated namespace of a flow has: the first that a kernel gives out. */
export const ISOLATED_NUMBER = 1;

/** A space of ids, drawn as a column. */
export interface Column {
  readonly title: string;
  /** What the ids of the column are: as the kernel's document on idmappings writes them. */
  readonly letter: "u" | "k";
  readonly about: string;
}

/** What leads between two columns: both ways are pieces of the routes that Linux takes. */
export interface Band {
  /** From the left column to the right one, as for a file that is created. */
  readonly outward: KernelRoute;
  /** Back, as for a file that is looked at. */
  readonly inward: KernelRoute;
}

/** A map that Linux does not take inside of its parent. */
export interface NestedRefusal {
  readonly name: string;
  readonly refusal: Denied;
}

/** The id spaces from the innermost namespace to the disk. `bands[n]` lies between `columns[n]` and `columns[n + 1]`. */
export interface Chain {
  readonly columns: readonly Column[];
  readonly bands: readonly Band[];
  readonly refusals: readonly NestedRefusal[];
  /** The maps, for other questions about the same chain. */
  readonly view: View;
}

/**
 * The chain that a flow describes, as pieces of the kernel layer's routes: {@link createRoute} outward and
 * {@link statRoute} back.
 *
 * @throws UsernsError with `where` the name of the map that cannot be read
 */
export function chainOf(flow: FlowState): Chain {
  const namespaces = flow.namespaces.map(({ name, map }): NamedMap => {
    const number = flow.isIsolated ? { number: ISOLATED_NUMBER } : {};
    return { name: `${flow.kind}_map of ${name}`, map: readMap(map, name), ...number };
  });
  const inner = namespaces.at(-1) ?? initialNamespace();
  const view: View = {
    caller: namespaces,
    mount: flow.mount === "plain" ? null : { ...mountMap(flow, inner), name: "mount map" },
    filesystem: flow.filesystem.trim() === "" ? initialNamespace() : filesystemMap(flow.filesystem),
    holdsIsolated: flow.filesystem.trim() === "",
  };
  const hasDisk = view.mount !== null || flow.filesystem.trim() !== "";
  return {
    columns: columnsOf(flow, view, hasDisk),
    bands: bandsOf(view, hasDisk, flow.filesystem.trim() !== ""),
    refusals: refusalsOf(flow, namespaces),
    view,
  };
}

function readMap(text: string, where: string): IdMap {
  return text.trim() === "" ? UNWRITTEN : parseMap(text, where);
}

function mountMap(flow: FlowState, inner: NamedMap): Omit<NamedMap, "name"> {
  return flow.mount === "own" ? inner : { map: readMap(flow.mountMap, "mount") };
}

function filesystemMap(text: string): NamedMap {
  return { name: "file system map", map: parseMap(text, "file system") };
}

function columnsOf(flow: FlowState, view: View, hasDisk: boolean): Column[] {
  const inside = flow.namespaces.map(({ name }): Column => {
    const about = flow.isIsolated ? "isolated: every id can be used" : "ids used inside";
    return { title: name, letter: "u", about };
  });
  const kernel: Column = {
    title: hasDisk ? "kernel" : "kernel, disk",
    letter: "k",
    about: view.mount ? "who acts; owners as the mount shows them" : "who acts; owners of files",
  };
  const isOwned = flow.filesystem.trim() !== "";
  const inode: Column = { title: "inode", letter: "k", about: "owners, without the mount" };
  const disk: Column = { title: "disk", letter: "u", about: "owners, as they are kept" };
  return [...inside.reverse(), kernel, ...(view.mount && isOwned ? [inode] : []), ...(hasDisk ? [disk] : [])];
}

/** Each namespace is a hop of both routes, a mount two, the file system's owner one. */
function bandsOf(view: View, hasDisk: boolean, isOwned: boolean): Band[] {
  const outward = createRoute(view);
  const inward = statRoute(view);
  const count = view.caller.length;
  const mountHops = view.mount ? 2 : 0;
  const back = (from: number, to: number): KernelRoute => inward.slice(inward.length - to, inward.length - from);
  const inside = view.caller.map((_, index) => ({
    outward: outward.slice(index, index + 1),
    inward: back(index, index + 1),
  }));
  if (!hasDisk) return inside;
  const mount = { outward: outward.slice(count, count + mountHops), inward: back(count, count + mountHops) };
  const filesystem = { outward: outward.slice(count + mountHops), inward: back(count + mountHops, inward.length) };
  if (view.mount && isOwned) return [...inside, mount, filesystem];
  return [
    ...inside,
    {
      outward: [...mount.outward, ...filesystem.outward],
      inward: [...filesystem.inward, ...mount.inward],
    },
  ];
}

function refusalsOf(flow: FlowState, namespaces: readonly NamedMap[]): NestedRefusal[] {
  return namespaces.slice(1).flatMap((inner, index) => {
    const outer = namespaces[index];
    const name = flow.namespaces[index]?.name ?? "";
    const taken = outer ? throughParent(inner.map.extents, outer.map, name) : null;
    return taken && !taken.ok ? [{ name: flow.namespaces[index + 1]?.name ?? "", refusal: taken }] : [];
  });
}
