/**
 * What does history cost on Spark, where one uc-pipeline counts the same files alone, and what does a
 * file cost? Needs a Python with pyspark, which UC_PYTHON names.
 *
 *   npm run bench -- history               200 files of 2,000 frames of 2 kB, 3 rounds
 *   npm run bench -- history 200 2000 5    files, frames in each, rounds
 *
 * Medians of whole commands, start-up included, each variant once a round; CPU is that of all
 * processes of a command. What Spark gives is compared with what uc-pipeline gives, byte by byte.
 */
import { writeFileSync } from 'node:fs'
import { cpus, loadavg } from 'node:os'
import { dirname, join } from 'node:path'
import process from 'node:process'
import { withFolder } from '../support/folder.ts'
import { interpreter, script, sparkFlags } from '../support/history.ts'
import { root } from '../support/paths.ts'
import { shell } from '../support/shell.ts'

const [files, frames, rounds] = [200, 2000, 3].map((usual, i) => {
  return Number(process.argv[2 + i] ?? usual)
}) as [number, number, number]
const allUsage = join(root, 'test/bench/all-usage.py')
const windows = '--minute --hour --day'
const alone = `uc-pipeline ${windows} --order none --method hll --sketch`

interface Row {
  readonly name: string
  readonly script: string
  readonly runs: (readonly [wallSeconds: number, cpuSeconds: number])[]
}

await withFolder(async (cwd) => {
  async function run(script: string): Promise<string> {
    const python = interpreter()
    const options = { cwd, bin: dirname(python), environment: { PYSPARK_PYTHON: python } }
    const { stdout, stderr, status } = await shell(script, options)
    if (status !== 0) throw new Error(`${script}\n${stdout}\n${stderr}`)
    return stderr
  }
  await run(
    `mkdir many one broken; for i in $(seq ${files}); do
       uc-generate -c ${frames} -n 100000 -r 10 --seed $i --start $((1468244384 + i * 200)) -o many/$i
     done; cat many/* > one/all; cp many/* broken; gzip < many/1 | head -c 50000 > broken/cut.gz
     cat many/* | ${alone} > expected`,
  )
  const spark = (cores: number, input: string) => {
    const flags = sparkFlags({ master: `'local[${cores}]'` }).join(' ')
    return `spark-submit ${flags} ${script} --out out --work w-${cores}-${input} ` +
      `--split 1000GiB ${input} -- ${windows} > said 2> /dev/null`
  }
  const rows: Row[] = ([
    ['uc-pipeline, all files', `${alone} many/* > alone`],
    [`uc-pipeline, ${files} times`, `for f in many/*; do ${alone} $f; done > /dev/null`],
    ['Spark, 1 core', spark(1, 'many')],
    ['Spark, 2 cores', spark(2, 'many')],
    ['the same again: nothing to count', spark(2, 'many')],
    ['Spark, 2 cores, one file more, cut short', spark(2, 'broken')],
    ['Spark, 1 core, all in one file', spark(1, 'one')],
  ] as const).map(([name, script]) => ({ name, script, runs: [] }))

  const loads: number[] = []
  for (let round = 0; round < rounds; round++) {
    await run('rm -rf w-*')
    for (const row of rows) {
      loads.push(loadavg()[0]!)
      await run('rm -rf out said')
      writeFileSync(join(cwd, 'script'), row.script)
      const said = await run(`${interpreter()} ${allUsage} bash script`)
      const [wall, cpu] = said.trim().split('\n').at(-1)!.split(' ').map(Number)
      row.runs.push([wall!, cpu!])
      if (row.script.startsWith('spark')) await run('cat out/part-* | cmp - expected')
    }
  }
  print(rows, loads)
})

function print(rows: readonly Row[], loads: readonly number[]): void {
  const of = (row: Row, i: 0 | 1) => median(row.runs.map((run) => run[i]))
  process.stdout.write(
    `${files} files of ${frames.toLocaleString('en-US')} frames of 2 kB, medians of ${rounds}; ` +
      `${cpus().length} cores, load ${Math.min(...loads).toFixed(1)} to ` +
      `${Math.max(...loads).toFixed(1)} before each run\n\n` +
      '| | wall s | CPU s |\n|---|---|---|\n',
  )
  for (const row of rows) {
    process.stdout.write(`| ${row.name} | ${of(row, 0).toFixed(1)} | ${of(row, 1).toFixed(1)} |\n`)
  }
  const apart = (name: string, other: string, i: 0 | 1) => {
    const [many, one] = [name, other].map((each) => rows.find((row) => row.name === each)!.runs)
    const each = many!.map((run, round) => (run[i] - one![round]![i]) / (files - 1))
    return `${Math.round(median(each) * 1000)} ms${i === 0 ? '' : ' of CPU'}`
  }
  const onSpark = ['Spark, 1 core', 'Spark, 1 core, all in one file'] as const
  const alone = [`uc-pipeline, ${files} times`, 'uc-pipeline, all files'] as const
  process.stdout.write(
    `\nA file more, of the same bytes in all: on Spark ${apart(...onSpark, 0)}, ` +
      `${apart(...onSpark, 1)}; as a process more without Spark ${apart(...alone, 0)}, ` +
      `${apart(...alone, 1)}.\n`,
  )
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!
}
