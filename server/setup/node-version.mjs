/** Ends a Node that is too old with a sentence. It stands before all else, and has no syntax that an old one would refuse. */
const [major, minor] = process.versions.node.split('.').map(Number);

// Vite's range; the server alone would run on a little less, but it could not be built.
if (major < 20 || (major === 20 && minor < 19) || major === 21 || (major === 22 && minor < 12)) {
  process.stderr.write(
    'Framewire needs Node 20.19 or newer, of the 22 line 22.12 or newer; this is ' +
      process.version +
      '. Get a newer one from https://nodejs.org and start again.\n',
  );
  process.exit(1);
}
