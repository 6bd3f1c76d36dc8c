/**
 * Text from outside as a terminal may get it. A file name, a key, a word of a broker may hold what
 * moves a cursor, begins a line of its own, or turns the order of letters round, so that a message
 * says what we never said. Such a character is shown as JSON writes it: `\n`, `\u001b`. All other
 * text stays as it is, the joiners of emoji and of Persian among it.
 *
 * What is shown once stays as it is when it is shown again. Backslashes are not doubled, so that
 * paths stay readable; where one text must not look like another, it stands in `quoted` or in a
 * cell of `tsvCell`.
 */

/**
 * Controls (C0 with newline and ESC, DEL, C1), separators of lines and paragraphs, lone surrogates,
 * what changes the direction of writing, and what is invisible and joins nothing: zero width space,
 * word joiner, byte order mark, the retired format characters, interlinear annotation.
 */
const unshowable =
  /[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\p{Bidi_Control}\u200b\u2060\u206a-\u206f\ufeff\ufff9-\ufffb]/gu

export function shown(text: string): string {
  return text.replace(unshowable, escaped)
}

function escaped(character: string): string {
  const inJson = JSON.stringify(character).slice(1, -1)
  if (inJson !== character) return inJson
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
}
