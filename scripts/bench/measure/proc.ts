import { existsSync, readdirSync, readFileSync } from 'node:fs';

const read = (file: string): string => {
  try {
    return readFileSync(file, 'latin1');
  } catch {
    // The process or thread has just ended.
    return '';
  }
};

const list = (folder: string): string[] => {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
};

/** Whether the system tells the CPU and memory of other processes: only Linux does, in `/proc`. */
export const HAS_PROC = existsSync('/proc/self/schedstat');

/** A process and its children. */
const treeOf = (pid: number): number[] => {
  const children = list(`/proc/${pid}/task`).flatMap((thread) =>
    read(`/proc/${pid}/task/${thread}/children`).split(' ').filter(Boolean).map(Number),
  );
  return [pid, ...children.flatMap(treeOf)];
};

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

/** Seconds of CPU that a process and its children have used, with all of their threads. */
export const cpuSeconds = (pid: number): number =>
  sum(
    treeOf(pid).flatMap((member) =>
      list(`/proc/${member}/task`).map(
        (thread) => Number(read(`/proc/${member}/task/${thread}/schedstat`).split(' ')[0]) / 1e9,
      ),
    ),
  );

/** Bytes of memory that a process and its children hold. */
export const residentBytes = (pid: number): number =>
  sum(treeOf(pid).map((member) => Number(/VmRSS:\s+(\d+)/.exec(read(`/proc/${member}/status`))?.[1] ?? 0) * 1_024));

const TICKS_PER_SECOND = 100;
/** The fields of `/proc/PID/stat` behind the name that count ended children. */
const [CHILDREN_USER, CHILDREN_SYSTEM] = [13, 14];

/** Seconds of CPU that this process and its children have used, those that have ended too. */
export const ownSeconds = (): number => {
  const stat = read('/proc/self/stat');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return cpuSeconds(process.pid) + (Number(fields[CHILDREN_USER]) + Number(fields[CHILDREN_SYSTEM])) / TICKS_PER_SECOND;
};

/** Seconds of CPU that the whole machine has used, and those that its host took away. */
export const machineSeconds = (): number => {
  const [user = 0, nice = 0, system = 0, , , irq = 0, softIrq = 0, steal = 0] = (
    read('/proc/stat').split('\n')[0] ?? ''
  )
    .split(/\s+/)
    .slice(1)
    .map(Number);
  return (user + nice + system + irq + softIrq + steal) / TICKS_PER_SECOND;
};
