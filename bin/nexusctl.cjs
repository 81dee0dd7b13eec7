#!/usr/bin/env node
'use strict';
require('../dist/nexusctl.cjs').run(require('node:path').join(__dirname, '..'));
