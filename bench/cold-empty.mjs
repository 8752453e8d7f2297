/** What importing a file costs that holds nothing: see cold-start.mjs. */
export {};
