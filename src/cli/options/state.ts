/** Options of a run that goes on where the last one stood, and of who looks at its state. */
import { parseDuration } from '../../time/duration.ts'
import type { Option } from '../option.ts'
import { file, flag } from '../values.ts'
import { kafka, type KafkaOptions, kafkaRead, kafkaState, kafkaSwitches } from './kafka.ts'
import { type FormatName, output } from './output.ts'

export type StateOptions = {
  readonly state: Option<string | undefined>
  readonly checkpoint: Option<number>
  readonly close: Option<boolean>
  readonly position: Option<boolean>
}

export const state: StateOptions = {
  state: {
    name: 'state',
    value: 'DIR',
    group: 'State',
    parse: file,
    brief: 'Go on where the last run with this folder stood',
    detail:
      'What is counted survives the end of the input and of the process: the next run goes on ' +
      'with more of the same files, or with the next ones. Files that are counted already are left ' +
      'out, whatever their names.',
    example: '--state s --day --month hour-13.gz',
  },
  checkpoint: {
    name: 'checkpoint',
    value: 'DURATION',
    group: 'State',
    fallback: '5s',
    parse: parseDuration,
    brief: 'How often the state is saved',
    detail: 'It is also saved at the end of the input and at a signal.',
    example: '--checkpoint 1m',
  },
  close: {
    name: 'close',
    group: 'State',
    fallback: 'false',
    parse: flag,
    brief: 'End the stream with the input',
    detail:
      'With a state the end of the input leaves windows open, for the next run. This closes ' +
      'them, and empties the state.',
    example: '--state s --close hour-23.gz',
  },
  position: {
    name: 'position',
    group: 'State',
    fallback: 'false',
    parse: flag,
    brief: 'Show how far each input is counted, and end',
    detail: 'One JSON object a line: the input and its decoded bytes, from which whoever feeds ' +
      'standard input has to go on.',
    example: '--state s --position',
  },
}

export type StateShownOptions = KafkaOptions & {
  readonly kafka: Option<boolean>
  readonly group: Option<string>
  readonly stateTopic: Option<string | undefined>
  readonly format: Option<FormatName>
  readonly reset: Option<boolean>
  readonly yes: Option<boolean>
}

export const stateShown: StateShownOptions = {
  kafka: kafkaSwitches.kafka,
  group: kafkaRead.group,
  stateTopic: kafkaState.stateTopic,
  ...kafka,
  format: output.format,
  reset: {
    name: 'reset',
    group: 'State',
    fallback: 'false',
    parse: flag,
    brief: 'Empty the state, after asking',
    detail: 'What it holds is lost: lines of open windows are never written, and the next run ' +
      'counts all that it reads; that of a group reads on at its offsets. A state that a process ' +
      'has open is refused.',
    example: '--reset s',
  },
  yes: {
    name: 'yes',
    short: 'y',
    group: 'State',
    fallback: 'false',
    parse: flag,
    brief: 'Do not ask',
    detail: 'Needed with `--reset` where nobody can be asked: without a terminal.',
    example: '--reset --yes s',
  },
}
