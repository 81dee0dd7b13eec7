#!/usr/bin/env node
'use strict';
// Node 22.1 and later can keep compiled code on disk between runs; Node 20 has no such call.
require('node:module').enableCompileCache?.();
require('../dist/nexusctl.cjs').run(require('node:path').join(__dirname, '..'));
