/**
 * How many columns of a terminal a text takes: two for what is wide (Chinese, most emoji), none for
 * what joins the character before. Text is `shown` before, so that no control is in it.
 */
import { eastAsianWidth } from 'get-east-asian-width'

const plain = /^[\x20-\x7e]*$/
/** Marks, and what is invisible: joiners, selectors of emoji. */
const joined = /^[\p{M}\p{Default_Ignorable_Code_Point}]+$/u
/** Two columns as a whole, whatever its parts are: flags, and what asks to be shown as an emoji. */
const asEmoji = /^(?:\p{RI}\p{RI}|.*\ufe0f)/u

let segmenter: Intl.Segmenter | undefined

export function displayWidth(text: string): number {
  if (plain.test(text)) return text.length
  let width = 0
  for (const cluster of clusters(text)) width += clusterWidth(cluster)
  return width
}

/** The text, or as much of its beginning as fits into so many columns, with an ellipsis. */
export function cutTo(text: string, columns: number): string {
  if (displayWidth(text) <= columns) return text
  if (columns <= 0) return ''
  let begin = ''
  let width = 1 // that of the ellipsis
  for (const cluster of clusters(text)) {
    width += clusterWidth(cluster)
    if (width > columns) break
    begin += cluster
  }
  return `${begin}…`
}

function* clusters(text: string): Generator<string> {
  segmenter ??= new Intl.Segmenter()
  for (const { segment } of segmenter.segment(text)) yield segment
}

function clusterWidth(cluster: string): number {
  if (joined.test(cluster)) return 0
  if (asEmoji.test(cluster)) return 2
  let width = 0
  for (const character of cluster) {
    if (!joined.test(character)) width = Math.max(width, eastAsianWidth(character.codePointAt(0)!))
  }
  return width
}
