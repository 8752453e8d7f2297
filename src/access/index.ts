/**
 * What the people of an image may do in its tree, in ids of the image: asked of its manifest, or tried in the model of
 * Linux.
 *
 * This layer decides no access itself: the kernel layer's rules do. It reads no file. It may import all below it.
 */
export { type PlayedTree, playInTree, TREE } from "./play-in-tree.ts";
