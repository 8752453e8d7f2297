/**
 * Where the owners of an image go on a host: by which backend, on which ids, by which actions; or why not, and what would
 * help.
 *
 * This layer does nothing on a host and reads no file. It may import core, formats, kernel, manifest and policy.
 */
export type { HostAction } from "./host-actions.ts";
export { place } from "./place.ts";
export {
  BACKENDS,
  type Backend,
  type NotPlaced,
  type Placed,
  type Placement,
  type PlaceRequest,
} from "./placement.ts";
export { type IdsByKind, idsUsed } from "./used-ids.ts";
