/** Loaded first: an old Node fails somewhere in a dependency, with a message that helps nobody. */
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 22 || (major === 22 && minor < 19)) {
  console.error(
    `Gatehouse needs Node 22.19 or newer, this is ${process.version}. Use npm start, or node_modules/.bin/node.`,
  );
  process.exit(1);
}
export {};
