/**
 * What one side compresses the other has to read: ours and that of the Java client, on Node and on
 * Deno, through a real broker, which looks into batches as well.
 */
import assert from 'node:assert/strict'
import { execFileSync, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import process from 'node:process'
import { after, before, describe, test } from 'node:test'
import { promisify } from 'node:util'
import fc from 'fast-check'
import { clientConfig } from '../../../src/kafka/config/client-config.ts'
import { type Codec, codecs, compressionTypes } from '../../../src/kafka/codecs/codecs.ts'
import { compressions } from '../../../src/kafka/codecs/compression.ts'
import { newKafka } from '../../../src/kafka/brokers/connection.ts'
import { unframeLz4 } from '../../../src/kafka/codecs/lz4-frame.ts'
import { mostBatchBytes, unzstdBatch } from '../../../src/kafka/codecs/unzstd-batch.ts'
import { UnreadableBatch } from '../../../src/kafka/codecs/unreadable-batch.ts'
import { loadPackage } from '../../../src/kafka/codecs/zstd.ts'
import { type Broker, brokerScript, skipReason, startBroker } from '../../support/broker.ts'
import { denoPath, root } from '../../support/paths.ts'
import { seed } from '../../support/seed.ts'
import { newTopic, produceByJava, readTopic } from '../../support/topics.ts'

/** Repeatable bytes that nothing compresses. */
function noise(length: number): Buffer {
  const blocks: Buffer[] = []
  for (let i = 0; i * 32 < length; i++) {
    blocks.push(createHash('sha256').update(`${i}`).digest())
  }
  return Buffer.concat(blocks).subarray(0, length)
}

function lines(length: number): Buffer {
  const line = (i: number) =>
    `{"ts":${1468244384 + i},"uid":"${noise(9).toString('hex')}${i % 977}"}\n`
  return Buffer.from(Array.from({ length: length / 40 }, (_, i) => line(i)).join('')).subarray(
    0,
    length,
  )
}

/** Text that ends in a repetition of this many characters, about which the reference is strict. */
function endingInMatch(length: number, text: string): string {
  return `${'a'.repeat(99)}${text}!${text.slice(20, 20 + length)}` // the run, else it is stored
}

const inputs: Readonly<Record<string, Buffer>> = {
  'nothing': Buffer.alloc(0),
  'a byte': Buffer.from('a'),
  'a run': Buffer.alloc(300_000, 'a'),
  'noise over a block': noise(70_000),
  'lines of 1 MB': lines(1_000_000),
  'lines of 9 MB': lines(9_000_000),
  'noise of 5 MB': noise(5_000_000),
  ...Object.fromEntries([8, 9, 10, 11, 12, 13].map((length) => [
    `a match of ${length} at the end`,
    Buffer.from(endingInMatch(length, noise(60).toString('latin1')), 'latin1'),
  ])),
}

/** A frame of zstd, without its length, with a window of 128 KiB: 4 bytes for each 128 KiB of "a". */
function runs(length: number): Buffer {
  const blocks: Buffer[] = [Buffer.from('28b52ffd0038', 'hex')]
  for (let left = length; left > 0; left -= 2 ** 17) {
    const size = Math.min(left, 2 ** 17)
    const word = size << 3 | 2 | (left <= 2 ** 17 ? 1 : 0)
    blocks.push(Buffer.from([word & 255, word >> 8 & 255, word >> 16, 97]))
  }
  return Buffer.concat(blocks)
}

async function roundTrip({ compress, decompress }: Codec, bytes: Buffer): Promise<Buffer> {
  return await decompress(await compress({ buffer: bytes }))
}

describe('a codec gives back what it took', () => {
  for (const [name, codec] of Object.entries(codecs)) {
    for (const [kind, bytes] of Object.entries(inputs)) {
      test(`${name}: ${kind}`, async () => assert.ok((await roundTrip(codec, bytes)).equals(bytes)))
    }

    test(`${name}: anything`, async () => {
      const few = fc.array(fc.constantFrom('a', 'b', 'abcdefgh', 'ü'), { maxLength: 200 })
      const bytes = fc.oneof(fc.uint8Array({ maxLength: 300 }), few.map((each) => each.join('')))
      await fc.assert(
        fc.asyncProperty(bytes, async (each) => {
          const buffer = Buffer.from(each as string)
          assert.ok((await roundTrip(codec, buffer)).equals(buffer))
        }),
        { seed },
      )
    })

    test(`${name}: what is cut or changed never ends in a hang or in more than there was`, async () => {
      const bytes = lines(20_000)
      const packed = await codec.compress({ buffer: bytes })
      for (let i = 0; i < packed.length; i += 7) {
        const changed = Buffer.from(packed)
        changed[i] = (changed[i] ?? 0) ^ 0x55
        for (const bad of [packed.subarray(0, i), changed]) {
          const read = await codec.decompress(bad).catch(() => Buffer.alloc(0))
          assert.ok(read.length <= 64 * 1024 * 1024, `byte ${i}: ${read.length} bytes`)
        }
      }
    })
  }

  test('zstd by the package, as on Node 20, is read the same', async () => {
    const compress = await loadPackage()
    for (const [kind, bytes] of Object.entries(inputs)) {
      assert.ok(bytes.equals(await unzstdBatch(await compress(bytes))), kind)
    }
  })

  test('a frame of zstd without its length, of 64 MiB, is read', async () => {
    const content = await unzstdBatch(runs(64 * 2 ** 20))
    assert.equal(content.length, 64 * 2 ** 20)
    assert.ok(content.every((byte) => byte === 97))
  })

  test('zstd that wants more memory than a batch may take is refused before it has it', async () => {
    const head = (hex: string) => Buffer.from(`28b52ffd${hex}`, 'hex')
    const empty = Buffer.from('010000', 'hex') // the last block
    const hostile: Record<string, [Buffer, RegExp]> = {
      'a window of 2 GiB': [Buffer.concat([head('00a8'), empty]), /wants a window .* 128MiB/],
      'a content of 2^60 bytes': [
        Buffer.concat([head('e00000000000000010'), empty]),
        /wants a window .* 128MiB/,
      ],
      'four kB that become 130 MiB': [runs(130 * 2 ** 20), /wants records .* 128MiB/],
      'frames that become 130 MiB': [
        Buffer.concat(Array(13).fill(runs(10 * 2 ** 20))),
        /wants records .* 128MiB/,
      ],
      'a wrong checksum': [
        Buffer.concat([head('0400'), Buffer.from('09000061', 'hex'), Buffer.alloc(4)]),
        /is broken \(wrong checksum\)/,
      ],
      'foreign bytes behind it': [Buffer.concat([runs(9), Buffer.from('no')]), /2 bytes/],
      'half a frame': [runs(2 ** 20).subarray(0, 20), /is cut short/],
      'no frame': [Buffer.alloc(20), /is broken \(no frame\)/],
    }
    const beforeKiB = process.resourceUsage().maxRSS
    for (const [name, [bytes, words]] of Object.entries(hostile)) {
      await assert.rejects(unzstdBatch(bytes), words, name)
    }
    const tookKiB = process.resourceUsage().maxRSS - beforeKiB
    assert.ok(tookKiB < 2.5 * mostBatchBytes / 1024, `${tookKiB} KiB`)
    const { length } = await unzstdBatch(runs(mostBatchBytes))
    assert.equal(length, mostBatchBytes)
  })

  test('a batch that cannot be read is told by its offsets, where its head is before it', () => {
    const cause = new Error('why')
    const batch = Buffer.alloc(100 + 61 + 7)
    batch.writeBigInt64BE(123_456_789_012n, 100)
    batch.writeInt32BE(61 - 12 + 7, 108)
    batch.writeInt8(2, 116)
    batch.writeInt32BE(99, 123)
    const records = batch.subarray(161)
    const { offsets, message } = new UnreadableBatch(records, cause)
    assert.deepEqual(offsets, { first: 123_456_789_012, last: 123_456_789_111 })
    assert.match(message, /^messages at offsets 123456789012 to 123456789111 cannot be read: why/)
    for (const other of [records.subarray(1), batch, records.slice().subarray(0, 6)]) {
      assert.equal(new UnreadableBatch(other, cause).offsets, undefined)
    }
  })
})

describe('frames of LZ4', () => {
  test('are those of the specification', async () => {
    const packed = await codecs.lz4.compress({ buffer: Buffer.from('a') })
    assert.equal(packed.toString('hex'), '04224d18604082' + '01000080' + '61' + '00000000')
    const nothing = await codecs.lz4.compress({ buffer: Buffer.alloc(0) })
    assert.equal(nothing.toString('hex'), '04224d18604082' + '00000000')
  })

  const from = (hex: string) => Buffer.from(unframeLz4(Buffer.from(hex.replaceAll(' ', ''), 'hex')))

  test('are read with checksums, with the size of the content, with blocks that depend', () => {
    const blocks = '01000080 61 02000080 6263'
    assert.equal(from(`04224d18 44 40 00 ${blocks} 00000000 aabbccdd`).toString(), 'abc')
    assert.equal(from(`04224d18 68 40 00 0300000000000000 ${blocks} 00000000`).toString(), 'abc')
    const checked = '01000080 61 aabbccdd 02000080 6263 aabbccdd 00000000'
    assert.equal(from(`04224d18 70 40 00 ${checked}`).toString(), 'abc')
    // The second block repeats the five bytes before it, then ends
    const depending = '05000080 6162636465 05000000 01 0500 10 21 00000000'
    assert.equal(from(`04224d18 40 40 00 ${depending}`).toString(), 'abcdeabcde!')
  })

  test('have blocks that end as the reference decoder demands', async () => {
    for (let i = 0; i < 40; i++) {
      const bytes = Buffer.from(endingInMatch(i, noise(30).toString('hex')))
      const frame = await codecs.lz4.compress({ buffer: bytes })
      const block = frame.subarray(11, 11 + frame.readUInt32LE(7))
      const { lastMatch, lastLiterals } = endOf(block)
      assert.ok(bytes.length - lastMatch >= 12, `a match ${bytes.length - lastMatch} from the end`)
      assert.ok(lastLiterals >= 5, `${lastLiterals} literals at the end`)
    }
  })

  /** Where the content of the last match begins, and how many literals follow it. */
  function endOf(block: Uint8Array): { lastMatch: number; lastLiterals: number } {
    let [at, length, lastMatch] = [0, 0, 0]
    const lengthOf = (nibble: number) => {
      let sum = nibble
      for (let more = nibble === 15 ? 255 : 0; more === 255; sum += more) more = block[at++] ?? 0
      return sum
    }
    for (;;) {
      const token = block[at++] ?? 0
      const literals = lengthOf(token >> 4)
      at += literals
      length += literals
      if (at >= block.length) return { lastMatch, lastLiterals: literals }
      lastMatch = length
      at += 2
      length += 4 + lengthOf(token & 15)
    }
  }

  test('are refused where they are no frames', () => {
    assert.throws(() => from('00000000'), /not an lz4 frame/)
    assert.throws(() => from('04224d18 a0 40 00'), /of a kind that Kafka does not have/)
    assert.throws(() => from('04224d18 60 40 82 05000000 61'), /cut short/)
    assert.throws(() => from('04224d18 60 40 82 01000080 61'), /cut short/)
  })
})

/** What each runtime does with every codec: compresses for the other, and reads what that made. */
const script = `
import process from 'node:process'
import { Buffer } from 'node:buffer'
const { codecs } = await import(${JSON.stringify(`file://${root}/dist/src/kafka/codecs/codecs.js`)})
let text = ''
for await (const chunk of process.stdin) text += chunk
const answers = []
for (const { name, packed } of JSON.parse(text)) {
  const bytes = await codecs[name].decompress(Buffer.from(packed, 'base64'))
  const again = await codecs[name].compress({ buffer: bytes })
  answers.push(again.toString('base64'))
}
process.stdout.write(JSON.stringify(answers), () => process.exit())
`

test('Deno reads what Node compresses, and the other way round', async () => {
  const kinds = ['a byte', 'lines of 1 MB', 'a match of 10 at the end', 'noise over a block']
  const jobs: { name: keyof typeof codecs; kind: string; packed: string }[] = []
  for (const name of ['snappy', 'lz4', 'zstd'] as const) {
    for (const kind of kinds) {
      const packed = await codecs[name].compress({ buffer: inputs[kind] ?? Buffer.alloc(0) })
      jobs.push({ name, kind, packed: packed.toString('base64') })
    }
  }
  const child = spawn(denoPath, ['eval', script], { stdio: ['pipe', 'pipe', 'inherit'] })
  child.stdin.end(JSON.stringify(jobs))
  let stdout = ''
  for await (const chunk of child.stdout) stdout += chunk
  const answers = JSON.parse(stdout) as string[]
  for (const [i, { name, kind }] of jobs.entries()) {
    const bytes = await codecs[name].decompress(Buffer.from(answers[i] ?? '', 'base64'))
    assert.ok(inputs[kind]?.equals(bytes), `${name}: ${kind}`)
  }
})

describe('the Java client', { skip: skipReason }, () => {
  let broker: Broker

  before(async () => {
    broker = await startBroker()
  })
  after(async () => await broker.stop())

  /** Single lines, as the console tools have them: short, long, and some that end in matches. */
  const values = [
    'a',
    'ü'.repeat(1000),
    lines(900_000).toString().replaceAll('\n', ' '),
    noise(40_000).toString('base64'),
    ...Array.from({ length: 40 }, (_, i) => endingInMatch(i, noise(30).toString('hex'))),
  ]

  for (const codec of compressions) {
    test(`writes ${codec}, and we read it`, async () => {
      const topic = await newTopic(broker.brokers, { config: { 'max.message.bytes': '9000000' } })
      newKafka({
        ...clientConfig(undefined, ''),
        brokers: [broker.brokers],
        connectTimeoutMs: 9000,
      })
      const batch = values.filter((value) => value.length < 900_000) // else the tool is over a limit
      await produceByJava(broker.brokers, topic, { codec, values: [...batch, ...batch] })
      const read = await readTopic(broker.brokers, topic)
      assert.deepEqual(read.map(({ value }) => value), [...batch, ...batch])
    })

    test(`reads ${codec} that we write, in batches of one and of many`, async () => {
      const topic = await newTopic(broker.brokers, { config: { 'max.message.bytes': '9000000' } })
      const config = { ...clientConfig(undefined, ''), brokers: [broker.brokers] }
      const producer = newKafka({ ...config, connectTimeoutMs: 9000 }).producer()
      const compression = compressionTypes[codec]
      await producer.connect()
      for (const value of values) await producer.send({ topic, compression, messages: [{ value }] })
      const messages = values.map((value) => ({ value }))
      await producer.send({ topic, compression, messages })
      await producer.disconnect()
      const read = await readByJava(broker.brokers, topic, 2 * values.length)
      assert.deepEqual(read, [...values, ...values])
      assert.deepEqual((await readTopic(broker.brokers, topic)).map(({ value }) => value), read)
    })
  }
})

/** As many messages as are expected, by Kafka's own console tool. */
async function readByJava(brokers: string, topic: string, count: number): Promise<string[]> {
  const jars = execFileSync(process.execPath, [brokerScript, 'jars'], { encoding: 'utf8' }).trim()
  const tool = ['-Xmx256m', '-cp', `${jars}/*`, 'org.apache.kafka.tools.consumer.ConsoleConsumer']
  const from = ['--bootstrap-server', brokers, '--topic', topic, '--from-beginning']
  const until = ['--max-messages', `${count}`, '--timeout-ms', '20000']
  const child = spawn('java', [...tool, ...from, ...until], { stdio: ['ignore', 'pipe', 'pipe'] })
  const text = { stdout: '', stderr: '' }
  child.stdout.setEncoding('utf8').on('data', (chunk) => text.stdout += chunk)
  child.stderr.on('data', (chunk) => text.stderr += chunk)
  const close = promisify((done: (error: Error | null, status?: number) => void) =>
    child.on('close', (status) => done(null, status ?? -1))
  )
  assert.equal(await close(), 0, text.stderr)
  return text.stdout.split('\n').slice(0, -1)
}
