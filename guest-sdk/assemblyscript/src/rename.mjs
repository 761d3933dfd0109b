// Exports functions by the names that the contract has for them, which are no names in AssemblyScript.

import names from "./names.mjs";

export default class {
  afterCompile(module) {
    for (const { export: exported, function: compiled, name } of names) {
      module.removeExport(exported);
      module.addFunctionExport(compiled, name);
    }
  }
}
