import type { ChildProcess } from 'node:child_process';
import { type Launch, listens, type Processes, signalGroup, stopProcess, until } from './processes.ts';

export interface PartPlan {
  readonly name: string;
  /** Where it is reached. */
  readonly url: string;
  readonly launch: Launch;
  /** Whether it can do its work; asked until it says so, and it is the part itself that listens. */
  ready(): Promise<boolean>;
  readonly readyWithinMs: number;
  readonly stopSignal: NodeJS.Signals;
  readonly stopWithinMs: number;
}

const LONGEST_PAUSE_MS = 1_500; // a part that dies is started again within 2 s
const STEADY_MS = 10_000;
/** What is not ready yet has nothing to put away, and the broker hears of no end while it boots. */
const STOP_BEFORE_READY_MS = 3_000;

/** One process of the system, started again whenever it dies, until it is stopped. */
export class Part {
  readonly plan: PartPlan;
  readonly #processes: Processes;
  readonly #changed: () => void;
  #child: ChildProcess | null = null;
  #wanted = false;
  #wasReady = false;
  #deaths = 0;

  constructor(plan: PartPlan, processes: Processes, changed: () => void) {
    this.plan = plan;
    this.#processes = processes;
    this.#changed = changed;
  }

  get pid(): number | null {
    return this.#child?.pid ?? null;
  }

  get state(): 'stopped' | 'starting' | 'running' {
    if (!this.#wanted) return 'stopped';
    return this.#child ? 'running' : 'starting';
  }

  /** Resolves when it is ready. */
  async start(): Promise<void> {
    if (!this.#child) this.#spawn();
    this.#wanted = true;
    const { name, url, readyWithinMs, launch } = this.plan;
    const port = Number(new URL(url).port || 80);
    const deathsBefore = this.#deaths;
    const diesAgain = () => {
      if (!this.#wanted) return 'it was stopped';
      return this.#deaths > deathsBefore + 2 ? `it keeps dying; its log is ${launch.logFile}` : null;
    };
    const isReady = async () => (await this.plan.ready()) && this.pid !== null && listens(this.pid, port);
    await until(name, readyWithinMs, isReady, diesAgain);
    this.#wasReady = true;
  }

  /** Resolves when it is gone; it stays so until it is started. */
  async stop(): Promise<void> {
    this.#wanted = false;
    const child = this.#child;
    const withinMs = this.#wasReady ? this.plan.stopWithinMs : STOP_BEFORE_READY_MS;
    if (child) await stopProcess(child, this.plan.stopSignal, withinMs);
  }

  /** Resolves when it is gone; it is started again. */
  async kill(): Promise<void> {
    if (this.#child) await stopProcess(this.#child, 'SIGKILL', STOP_BEFORE_READY_MS);
  }

  #spawn(): void {
    const child = this.#processes.launch(this.plan.name, this.plan.launch);
    const startedAt = Date.now();
    this.#child = child;
    this.#changed();
    const ended = () => {
      if (this.#child !== child) return;
      this.#child = null;
      this.#changed();
      if (!this.#wanted) return;
      signalGroup(child.pid, 'SIGKILL'); // a master that was killed leaves workers on its port
      this.#deaths = Date.now() - startedAt > STEADY_MS ? 1 : this.#deaths + 1;
      const pauseMs = Math.min(LONGEST_PAUSE_MS, 100 * 2 ** (this.#deaths - 1));
      const again = () => this.#wanted && !this.#child && !this.#processes.stopping.aborted;
      setTimeout(() => again() && this.#spawn(), pauseMs);
    };
    child.once('exit', ended);
    child.once('error', ended);
  }
}

export async function answers(url: string): Promise<boolean> {
  const response = await fetch(url, { signal: AbortSignal.timeout(2_000) });
  await response.arrayBuffer();
  return response.status === 200;
}
