import { execFile, exec } from 'child_process';

abstract class Runner {
  abstract run(name: string): void;
}

class SafeRunner extends Runner {
  run(name: string): void {
    execFile('/opt/bin/run', [name]);
  }
}

class ShellRunner extends Runner {
  run(name: string): void {
    exec('/opt/bin/run ' + name);
  }
}

export const handler = async (event: { detail: { name: string } }): Promise<string> => {
  const runner: Runner = new SafeRunner();
  runner.run(event.detail.name);
  new ShellRunner().run('nightly');
  return 'done';
};
