/** Every scenario of tests/scenarios, each loaded when it is asked for. */
const TEXTS = import.meta.glob<string>("../../../tests/scenarios/*/*.yaml", { query: "?raw", import: "default" });

/**
 * The text of an example; a comment that says so where there is none of that name.
 *
 * @param name  its place below tests/scenarios: `linux/rootless-map`
 */
export async function loadExample(name: string): Promise<string> {
  const load = TEXTS[`../../../tests/scenarios/${name}.yaml`];
  return load ? load() : `# There is no example of the name ${JSON.stringify(name)}.\nversion: 1\nsteps: []\n`;
}
