// The same in a module of ESM.
import { execSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import vm from 'node:vm';

export const esmExec = (event) => execSync(`true ${event.name}`);
export const esmRead = (event) => readFileSync(process.env.APP_TMP + '/uploads/' + event.name, 'utf8');
export const esmEval = (event) => eval('(' + event.code + ')');
export const esmVm = (event) => vm.runInNewContext(event.code);
