// Parses Mermaid texts with the real parser: a JSON array of texts on stdin, the array of error messages (or null) on stdout.
// The argument is a `node_modules` folder that holds `mermaid` and `jsdom`.
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const modules = process.argv[2];
const { JSDOM } = createRequire(join(modules, "here.js"))("jsdom");
const { window } = new JSDOM("<!DOCTYPE html><body></body>");
globalThis.window = window;
globalThis.document = window.document;
const { default: mermaid } = await import(pathToFileURL(join(modules, "mermaid", "dist", "mermaid.core.mjs")));
mermaid.initialize({ startOnLoad: false });

const errors = [];
for (const text of JSON.parse(readFileSync(0, "utf8"))) {
  errors.push(await mermaid.parse(text).then(() => null, (error) => String(error.message ?? error)));
}
process.stdout.write(JSON.stringify(errors));
