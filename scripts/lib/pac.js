// pac.js PAC LIST: the function of a PAC file, called for each line of LIST, "host<TAB>way": complains of other ways.
"use strict";
const fs = require("fs");
const vm = require("vm");

const [pac, list] = process.argv.slice(2).map((path) => fs.readFileSync(path, "utf8"));
// Nothing that browsers lend a PAC file may be needed: the context is empty.
const context = vm.createContext(Object.create(null));
vm.runInContext(pac, context, { timeout: 1000 });
let wrong = 0;
let count = 0;
for (const line of list.split("\n").filter((line) => line !== "")) {
  const [host, way] = line.split("\t");
  const call = `FindProxyForURL(${JSON.stringify(`https://${host}/`)}, ${JSON.stringify(host)})`;
  const said = vm.runInContext(call, context, { timeout: 1000 });
  count += 1;
  if (said !== way) {
    wrong += 1;
    console.log(`${host}: ${said}, not ${way}`);
  }
}
console.log(`${count} hosts`);
process.exit(wrong || count === 0 ? 1 : 0);
