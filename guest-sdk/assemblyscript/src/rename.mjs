// Exports the functions for a kernel's state by the names that they have in the contract, which are no
// names in AssemblyScript.

export default class {
  afterCompile(module) {
    for (const name of ["snapshot", "restore"]) {
      module.removeExport(name);
      module.addFunctionExport(`build/entry/${name}`, `ring:kernel/state@0.1.0#${name}`);
    }
  }
}
