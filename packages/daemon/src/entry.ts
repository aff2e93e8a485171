// The shipped program begins here. Older Node.js reads this file before it can be told that it is too old:
// nothing may be imported statically, and the syntax must be Node.js 20's.
const needed = 24;

if (Number.parseInt(process.versions.node, 10) < needed) {
  process.stderr.write(`fluxd needs Node.js ${needed} or newer; this is ${process.version}.\n`);
  process.exitCode = 1;
} else {
  const { setFlagsFromString } = await import('node:v8');
  // A daemon lives long and waits a lot: V8 would let garbage grow to several times what is in use.
  setFlagsFromString('--heap-growing-percent=40');
  await import('./main.ts');
}
