/** Random frames in random framings, and what has to come of them. */
import { below, pick, type Random } from '../../src/generate/random.ts'

export interface Framed {
  readonly text: string
  /** Ids of the users, one for each frame, in order. */
  readonly uids: readonly string[]
}

/** Frames whose members would mislead whoever looks for brackets, quotes or line breaks alone. */
export function randomFrame(random: Random, uid: string): object {
  const odd = ['}{', '],[', '"', '\\', '\n', '\u001e', ',', '{"uid":"x","ts":1}', 'é\u{1f600}']
  const members: [string, unknown][] = [['uid', uid], ['ts', 1_700_000_000 + below(random, 100)]]
  for (let n = below(random, 4); n > 0; n--) {
    const value = pick<unknown>(random, [
      pick(random, odd),
      [],
      {},
      [{ uid: 'decoy', ts: 1 }, [pick(random, odd)]],
      { uid: 'decoy', in: { ts: [1, { deep: null }] } },
      -1.5e-7,
      true,
    ])
    members.splice(below(random, members.length + 1), 0, [`k${n}${pick(random, odd)}`, value])
  }
  return Object.fromEntries(members)
}

const blanks = ['', '', ' ', '\n', '\r\n', '\t', ' \n ', '\n\n']

function spelled(random: Random, frame: object): string {
  const text = JSON.stringify(frame, null, pick(random, [0, 0, 2, '\t']))
  return below(random, 4) === 0 ? text.replaceAll('\n', '\r\n') : text
}

/**
 * Frames one after the other, in arrays, behind separators, with any blanks between; `isUniform`:
 * the first line shows how all are separated.
 */
export function randomDocument(random: Random, name: string, isUniform = false): Framed {
  const uids: string[] = []
  const next = () => {
    uids.push(`${name}${uids.length}`)
    return randomFrame(random, uids.at(-1)!)
  }
  let text = ''
  for (let parts = isUniform ? 1 : 1 + below(random, 5); parts > 0; parts--) {
    const always = pick(random, blanks)
    const between = () => isUniform ? always : pick(random, blanks)
    const count = below(random, 6)
    const frames = Array.from({ length: count }, next)
    text += pick(random, [
      () => frames.map((frame) => `${JSON.stringify(frame)}\n`).join(''),
      () => frames.map((frame) => spelled(random, frame) + between()).join(''),
      () => `${JSON.stringify(frames, null, pick(random, [0, 2]))}${pick(random, ['', '\n'])}`,
      () => `[\n${frames.map((frame) => JSON.stringify(frame)).join(',\n')}\n]\n`,
      () =>
        `[${
          frames.map((frame) => JSON.stringify(frame)).join(pick(random, ['\n,', ' , ', ', \n ']))
        }]\n`,
      () => `[ ${frames.map((frame) => spelled(random, frame)).join(', ')} ]`,
      () =>
        frames.map((frame) => `\u001e${spelled(random, frame)}${pick(random, ['', '\n'])}`).join(
          '',
        ),
    ])()
  }
  return { text, uids }
}
