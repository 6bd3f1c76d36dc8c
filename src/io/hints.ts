/** What to say to a person whose input is hardly what the flags take it for. */
import type { Ledger, Total } from '../ledger.ts'
import { grouped } from './result-format.ts'

/** Fewer frames tell nothing. */
const fewestFrames = 20
const endOf1970Ms = Date.UTC(1971, 0)

export function hints(ledger: Ledger): readonly string[] {
  const { total } = ledger
  const { frames, accepted = 0, quarantined = 0, late = 0, latestMs = 0, opened = 0 } = total
  if (total.merged !== undefined) return [...hintsOfZeros(total), ...hintsOfMerge(total)]
  const unfilled = [...hintsOfZeros(total), ...hintsOfGroups(total)]
  if (frames < fewestFrames) return unfilled
  const [{ counted = 0 } = {}] = ledger.windows.values() // of the finest kind
  const said: string[] = [...unfilled]
  if (late * 2 > accepted) {
    said.push(
      `${grouped(late)} of ${grouped(accepted)} frames came when their window had closed, so the ` +
        'input is hardly in order of time; --order none counts all of it, in any order',
    )
  }
  if (latestMs > 0 && latestMs < endOf1970Ms) {
    const latest = new Date(latestMs).toISOString().slice(0, 10)
    said.push(
      `no frame is later than ${latest}; is its time in another unit than --ts-unit says?`,
    )
  }
  if (said.length === unfilled.length && counted >= fewestFrames && opened > counted * 0.9) {
    said.push(
      `${grouped(counted)} frames lie in ${grouped(opened)} windows, nearly one each; is their ` +
        'time in another unit than --ts-unit says, or should windows be longer?',
    )
  }
  if (quarantined * 2 > frames) {
    said.push(
      'most frames are quarantined, so the clocks hardly agree; --max-jump off believes every ' +
        'time, --order none asks for no order',
    )
  }
  return said
}

function hintsOfZeros({ unfilled = 0 }: Total): readonly string[] {
  if (unfilled === 0) return []
  return [
    `${grouped(unfilled)} empty windows have no line of --zero, as more than 100,000 came in a ` +
    'row; is a clock wrong? --from and --until leave its frames out, longer windows are fewer',
  ]
}

function hintsOfGroups({ folded = 0 }: Total): readonly string[] {
  if (folded === 0) return []
  return [
    `${grouped(folded)} times something was counted among the others, as its window has as many ` +
    'groups as --max-groups allows; a larger one tells more apart',
  ]
}

function hintsOfMerge({ repeated = 0, contradicted = 0, folded = 0 }: Total): readonly string[] {
  const said: string[] = []
  if (repeated > 0) {
    said.push(
      `${grouped(repeated)} times a line has replaced one of the same window and input without ` +
        'being a revision of it; do several runs stand in one input? Give each a file, or a name ' +
        'of its own by --shard',
    )
  }
  if (contradicted > 0) {
    said.push(
      `${grouped(contradicted)} times a line of a shard has other frames than one of the same ` +
        'window and revision, of which the larger number holds; have several runs the same ' +
        '--shard? Give each a name of its own',
    )
  }
  if (folded > 0) {
    said.push(
      `${
        grouped(folded)
      } times a group of a window was united with the others, as that has as many ` +
        'groups as --max-groups allows; a larger one tells more apart',
    )
  }
  return said
}
