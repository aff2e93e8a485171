// Runs the program in a session of its own, as a service or a CI job does: stdout is a terminal, and yet
// there is no /dev/tty.
import { spawn } from 'node:child_process';

const [program, ...args] = process.argv.slice(2);
const child = spawn(program, args, { detached: true, stdio: ['ignore', 'inherit', 'inherit'] });
child.on('close', (code) => {
  process.exitCode = code ?? 1;
});
