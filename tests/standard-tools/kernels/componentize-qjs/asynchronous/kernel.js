// As componentize-qjs builds it if nothing else is asked for: for a host that calls asynchronously.
export function run() {}
