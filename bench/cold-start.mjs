/**
 * A program that only starts: imports an entry of the package, makes the engine, and prints how many nanoseconds that
 * took. `node bench/cold-start.mjs ENTRY [FUNCTION]`
 *
 * It is a file, as programs are. Node reads its loader of files once a process, for the program itself: with a script
 * given as text (`-e`) that fell on the first import.
 */
const [entry, make] = process.argv.slice(2);
const began = process.hrtime.bigint();
const imported = await import(entry);
const engine = make && (await imported[make]());
const took = process.hrtime.bigint() - began;
console.log(JSON.stringify({ ns: Number(took), engine: engine?.name ?? null }));
