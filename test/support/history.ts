/** uc_history.py on real Spark, where UC_PYTHON names a Python with pyspark. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import process from 'node:process'
import { createInterface } from 'node:readline'
import { binFolder, root } from './paths.ts'
import { python } from './sketches.ts'

export const script: string = join(root, 'src/spark/uc_history.py')

export interface Said {
  readonly status: number
  /** On standard error, without what Spark says. */
  readonly said: string
}

export interface SparkOptions {
  readonly master: string
  readonly conf?: Readonly<Record<string, string>>
}

/** spark-submit, in a process group of its own. */
export function submit(argv: readonly string[], options: SparkOptions): ChildProcess {
  return start(['spark-submit', ...sparkFlags(options), script, ...argv])
}

export function sparkFlags({ master, conf = {} }: SparkOptions): string[] {
  const settings = { 'spark.ui.enabled': 'false', 'spark.sql.shuffle.partitions': '4', ...conf }
  const settled = Object.entries(settings).flatMap(([key, value]) => ['--conf', `${key}=${value}`])
  return ['--master', master, '--driver-memory', '1g', ...settled]
}

function start([name, ...argv]: readonly string[], environment = {}): ChildProcess {
  return spawn(name!, argv, {
    detached: true,
    stdio: ['pipe', 'pipe', 'ignore'],
    env: {
      ...process.env,
      PATH: `${dirname(interpreter())}:${process.env['PATH']}`,
      PYSPARK_PYTHON: interpreter(),
      LANG: 'C.UTF-8', // Java reads names of files by it
      // For programs of seconds.
      JAVA_TOOL_OPTIONS: '-XX:TieredStopAtLevel=1 -XX:+UseSerialGC',
      ...environment,
    },
  })
}

/** By its path, beside which spark-submit is. */
export function interpreter(): string {
  const ask = ['-c', 'import sys; print(sys.executable)']
  return execFileSync(python, ask, { encoding: 'utf8' }).trim()
}

/** One Spark for many runs: two executors, each a JVM of its own, one core each. */
export class Cluster {
  readonly #child: ChildProcess
  readonly #answers: AsyncIterator<string>

  constructor(conf: Readonly<Record<string, string>>) {
    const session = join(root, 'test/support/spark-session.py')
    const flags = sparkFlags({ master: 'local-cluster[2,1,1024]', conf })
    this.#child = start([interpreter(), session, script], {
      PYSPARK_SUBMIT_ARGS: [...flags, 'pyspark-shell'].join(' '),
    })
    this.#answers = createInterface({ input: this.#child.stdout! })[Symbol.asyncIterator]()
  }

  run(argv: readonly string[]): Promise<Said> {
    return this.#ask<Said>(argv)
  }

  parquet(folder: string): Promise<unknown[]> {
    return this.#ask<unknown[]>(folder)
  }

  async #ask<Answer>(question: string | readonly string[]): Promise<Answer> {
    this.#child.stdin!.write(`${JSON.stringify(question)}\n`)
    const { value, done } = await this.#answers.next()
    if (done === true) throw new Error('Spark has ended; run it by hand to see why')
    return JSON.parse(value) as Answer
  }

  async stop(): Promise<void> {
    const ended = once(this.#child, 'close')
    this.#child.stdin!.end()
    await ended
  }
}

/** A folder with uc's commands for --uc; `calls` says which have been called, with which arguments. */
export function watchedCommands(folder: string): { bin: string; calls(): readonly string[] } {
  const bin = join(folder, 'watched-bin')
  const log = join(folder, 'calls')
  mkdirSync(bin)
  for (const name of ['uc-pipeline', 'uc-merge']) {
    writeFileSync(
      join(bin, name),
      `#!/bin/sh
echo ${name} "$@" >> '${log}'
while [ -e '${folder}/hold' ] && case "$*" in */held) true;; *) false;; esac; do sleep .1; done
exec '${join(binFolder, name)}' "$@"
`,
    )
    chmodSync(join(bin, name), 0o755)
  }
  return {
    bin,
    calls() {
      const calls = readFileSync(log, 'utf8').trim().split('\n')
      writeFileSync(log, '')
      return calls
    },
  }
}

/** The lines in a folder of results, file by file. */
export function publishedLines(folder: string): string {
  const parts = readdirSync(folder).filter((name) => name.startsWith('part-')).sort()
  return parts.map((name) => readFileSync(join(folder, name), 'utf8')).join('')
}
