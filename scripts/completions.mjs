// Writes completions/ from the command tree of the built program.
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';

const files = { bash: 'nexusctl.bash', zsh: '_nexusctl', fish: 'nexusctl.fish', powershell: 'nexusctl.ps1' };

mkdirSync('completions', { recursive: true });
for (const [shell, file] of Object.entries(files))
  writeFileSync(`completions/${file}`, execFileSync(process.execPath, ['bin/nexusctl.cjs', 'completion', shell]));
