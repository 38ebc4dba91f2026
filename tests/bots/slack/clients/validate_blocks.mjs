/* Type-checks Block Kit against Slack's own @slack/types with tsc: reads {"name": [blocks]} from the file named, where a
   name that begins with "view" is a view and one with "chunk" a chunk of a stream. Prints what is wrong as a JSON list.
   Environment: MODULES (folder of node_modules). */
import fs from 'fs';
import path from 'path';
import { createRequire } from 'module';

const modules = process.env.MODULES;
const ts = createRequire(path.join(modules, 'x.js'))('typescript');
const given = JSON.parse(fs.readFileSync(process.argv[2], 'utf8'));
const type = (name) => (name.startsWith('view') ? 'View' : name.startsWith('chunk') ? 'AnyChunk' : 'KnownBlock[]');
const names = Object.keys(given);
const lines = names.map((name, i) => `export const v${i}: ${type(name)} = ${JSON.stringify(given[name])};`);
const file = path.join(path.dirname(process.argv[2]), 'blocks.ts');
fs.writeFileSync(file, `import type { KnownBlock, View, AnyChunk } from '@slack/types';\n${lines.join('\n')}\n`);
const program = ts.createProgram([file], {
  strict: true, noEmit: true, skipLibCheck: true, types: [], target: ts.ScriptTarget.ES2020, module: ts.ModuleKind.CommonJS,
  moduleResolution: ts.ModuleResolutionKind.Node10, baseUrl: modules, paths: { '@slack/types': [path.join(modules, '@slack/types')] },
});
const problems = ts.getPreEmitDiagnostics(program).map((found) => {
  const line = found.file && found.file.fileName.endsWith('blocks.ts') ? found.file.getLineAndCharacterOfPosition(found.start).line : 0;
  return `${line ? names[line - 1] : 'tsc'}: ${ts.flattenDiagnosticMessageText(found.messageText, ' ').slice(0, 300)}`;
});
console.log(JSON.stringify(problems));
