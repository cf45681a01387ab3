'use strict';
// What an invocation leaves inside of the runtime: put back where that is possible, told otherwise.
const IGNORED = new Set(['_X_AMZN_TRACE_ID', '_X_AMZN_TRACE_STATE']);

module.exports = ({ restore, tell }) => {
  let before;
  const handles = () => {
    const counts = {};
    for (const name of process.getActiveResourcesInfo ? process.getActiveResourcesInfo() : []) counts[name] = (counts[name] || 0) + 1;
    return counts;
  };
  const snapshot = () => ({ env: { ...process.env }, cwd: process.cwd(), umask: process.umask(), globals: new Set(Reflect.ownKeys(globalThis)), handles: handles() });
  return () => {
    if (before === undefined) { before = snapshot(); return; }
    const restored = [];
    const running = [];
    const grew = [];
    const now = snapshot();
    for (const name of new Set([...Object.keys(now.env), ...Object.keys(before.env)])) {
      if (now.env[name] === before.env[name] || IGNORED.has(name)) continue;
      restored.push('environment: ' + name);
      if (!restore) continue;
      if (before.env[name] === undefined) delete process.env[name];
      else process.env[name] = before.env[name];
    }
    if (now.cwd !== before.cwd) { restored.push('working directory'); if (restore) process.chdir(before.cwd); }
    if (now.umask !== before.umask) { restored.push('umask'); if (restore) process.umask(before.umask); }
    const added = [...now.globals].filter((name) => !before.globals.has(name)).map(String);
    if (added.length > 0) {
      grew.push(...added.slice(0, 50).map((name) => ['globalThis.' + name, 0, 1]));
      before.globals = now.globals;
    }
    for (const [name, count] of Object.entries(now.handles)) {
      const had = before.handles[name] || 0;
      if (count > had) { running.push(name + ': ' + (count - had)); before.handles[name] = count; }
    }
    if (restored.length + grew.length + running.length > 0) tell({ k: 'state', restored, grew, running });
  };
};
