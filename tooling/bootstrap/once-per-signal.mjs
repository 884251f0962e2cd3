// Loaded into a program before its own code. One Ctrl-C reaches a program up to three times (from the terminal, from
// npm, from this bootstrap), and the second would look like the user's second. It hears the first of them.

import process from 'node:process';

const samePress = 500; // milliseconds
const quiet = new Set();
const emit = process.emit;

process.emit = function (event, ...rest) {
  if (event !== 'SIGINT' && event !== 'SIGTERM') return emit.call(this, event, ...rest);
  if (quiet.has(event)) return true;
  quiet.add(event);
  // After the timer one more round of the event loop: a busy program gets its pending copies only there.
  setTimeout(() => setImmediate(() => quiet.delete(event)), samePress).unref();
  return emit.call(this, event, ...rest);
};
