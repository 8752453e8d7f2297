/**
 * What the people of an image may do in its tree, in ids of the image: asked of its manifest, or tried in the model of
 * Linux.
 *
 * This layer decides no access itself: the kernel layer's rules do. It reads no file. It may import all below it.
 */
export { type Asked, type AskedAccess, type AskedImage, ask } from "./ask.ts";
export { type Access, ANYONE_ELSE } from "./asker.ts";
export { type PlayedTree, playInTree, TREE } from "./play-in-tree.ts";
export { QUESTION_FORMS, type Question, readQuestion } from "./question.ts";
export type { Chain, ReachStep } from "./reach.ts";
