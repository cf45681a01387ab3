import { execFile, exec } from 'child_process';

interface Runner {
  run(name: string): void;
}

class SafeRunner implements Runner {
  run(name: string): void {
    execFile('/opt/bin/run', [name]);
  }
}

class ShellRunner implements Runner {
  run(name: string): void {
    exec('/opt/bin/run ' + name); // flow: command
  }
}

const runners: Runner[] = [new SafeRunner(), new ShellRunner()];

export const handler = async (event: { detail: { name: string } }): Promise<void> => {
  runners.forEach((runner) => runner.run(event.detail.name));
};
