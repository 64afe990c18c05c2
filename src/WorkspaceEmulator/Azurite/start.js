// Starts the program that the first argument names, for the storage account in the first line of standard input: other processes can read
// the arguments and variables that a process was started with. Stops it when standard input ends, which is when its owner has ended.
'use strict';

const fs = require('node:fs');

const LONGEST_STOP = 10_000; // ms

const bytes = [];
for (const one = Buffer.alloc(1); fs.readSync(0, one) === 1 && one[0] !== 10; )
  bytes.push(one[0]);
process.env.AZURITE_ACCOUNTS = Buffer.from(bytes).toString();
process.stdin
  .on('end', () => {
    process.emit('SIGTERM');
    setTimeout(() => process.exit(1), LONGEST_STOP).unref();
  })
  .resume();
require(process.argv[1]);
