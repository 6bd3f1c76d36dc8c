/** The value of an option from its text, wherever that stands: flag, environment, file, argument. */
import { quoted, UcError } from '../errors.ts'
import { isText } from '../io/file-name.ts'
import { flagOf } from './option.ts'
import type { AnyOption } from './option.ts'

/** `place` is what says the text: the flag, unless it stands elsewhere. */
export function valueOfText(
  option: AnyOption,
  text: string,
  place: string = flagOf(option),
): unknown {
  if (option.value !== 'FILE' && !isText(text)) {
    throw new UcError('usage', `${place} ${quoted(text)}: expected text in UTF-8`)
  }
  try {
    return option.parse(text)
  } catch (cause) {
    const expected = cause instanceof Error ? cause.message : String(cause)
    throw new UcError('usage', `${place} ${quoted(text)}: ${expected}`, { cause })
  }
}
