/** What other programs may import: the stages, and what they are made of. */
export { type Account } from './account.ts'
export { type Counted, type Counter, type Estimate } from './counter/counter.ts'
export { imageOf } from './counter/image.ts'
export { readImage } from './counter/read-image.ts'
export { readSetImage, setImageOf } from './counter/set-image.ts'
export { Sketch } from './counter/sketch.ts'
export { UniqueCounter, uniqueCounter, type UniqueCounterOptions } from './counter/unique.ts'
export { type ErrorCode, UcError } from './errors.ts'
export { newKernel } from './kernel/choose.ts'
export { type Kernel, type KernelOptions } from './kernel/kernel.ts'
export { twinKernel } from './kernel/twin.ts'
export { Ledger } from './ledger.ts'
export { partialIn, partialLine, type PartialPane } from './ndjson/partial.ts'
export { chain, type CountingPlan, countingStages } from './pipeline.ts'
export type {
  Counts,
  FrameBatch,
  Pane,
  Reject,
  RejectContent,
  ResultLine,
  SourceMark,
  Watermark,
  WindowedBatch,
} from './records.ts'
export { type Emit, type Stage } from './stage.ts'
export {
  type CountIn,
  type CountOptions,
  type CountOut,
  countStage,
  type Result,
} from './stages/count.ts'
export {
  type ExtractIn,
  type ExtractOptions,
  type ExtractOut,
  extractStage,
} from './stages/extract.ts'
export {
  type PartialsOptions,
  type PartialsOut,
  type PartialsStage,
  partialsStage,
} from './stages/partials.ts'
export { type WindowOptions, type WindowOut, windowStage } from './stages/window.ts'
export { type Calendar, calendar, type CalendarOptions, type WeekDay } from './time/calendar.ts'
export { loadZone, utc, type Zone } from './time/zone.ts'
