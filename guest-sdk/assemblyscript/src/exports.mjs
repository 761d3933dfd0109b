// Prints the functions that a kernel's source exports, a line each: its name, how many parameters it
// has, and what it returns. Behind `@compute`, those that are marked with that: name, whether it is
// exported, what it returns, and its parameters with their types. It is called with the path of the
// compiler and that of the source.

import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { pathToFileURL } from "node:url";

const [compilerPath, path] = process.argv.slice(2);
const compiler = await import(pathToFileURL(compilerPath));
const program = compiler.newProgram(compiler.newOptions());
compiler.parse(program, readFileSync(path, "utf8"), basename(path), true);

let diagnostic;
while ((diagnostic = compiler.nextDiagnostic(program))) {
  if (compiler.isError(diagnostic)) {
    console.error(compiler.formatDiagnostic(diagnostic, false, true));
    process.exitCode = 1;
  }
}

const { FunctionDeclaration, Export } = compiler.NodeKind;
const { statements } = program.sources[0];
const functions = statements.filter(({ kind }) => kind === FunctionDeclaration);
const plain = ({ range }) => range.toString().replace(/\s/g, "");
const print = (name, { signature: { parameters, returnType } }) =>
  console.log(name, parameters.length, returnType.range.toString());
for (const declared of functions.filter((it) => it.is(compiler.CommonFlags.Export))) {
  print(declared.name.text, declared);
}
for (const declared of functions) {
  if (declared.decorators?.some(({ name }) => name.text === "compute")) {
    const { parameters, returnType } = declared.signature;
    const typed = parameters.map(({ name, type }) => `${name.text}:${plain(type)}`);
    const isExported = declared.is(compiler.CommonFlags.Export);
    console.log("@compute", declared.name.text, isExported, plain(returnType), ...typed);
  }
}
for (const { members } of statements.filter(({ kind }) => kind === Export)) {
  for (const { localName, exportedName } of members ?? []) {
    const declared = functions.find(({ name }) => name.text === localName.text);
    if (declared) {
      print(exportedName.text, declared);
    }
  }
}
