/**
 * Help as a terminal shows it: titles and the names of commands and options stand out. No letter moves
 * by that, so that the text is the one of a pipe.
 */
import type { Paint } from '../io/terminal.ts'

const name = /^uc(?:-[a-z-]+)?(?=[ :])/
/** Those above something indented. */
const title = /^(?:Usage(?=: )|[A-Z][A-Za-z0-9 -]*$(?=\n {2}))/gm
const option = /^( {2}| {6})(-\w, )?(--[\w-]+)/gm
const commandLines = /(?<=^Commands\n)(?: {2}.+\n)+/m
const command = /^( {2})([a-z][a-z-]*)/gm

export function emphasized(help: string, strong: Paint): string {
  return help
    .replace(commandLines, (lines) => {
      return lines.replace(command, (_, indent: string, word: string) => indent + strong(word))
    })
    .replace(title, strong)
    .replace(option, (_, indent: string, short = '', long: string) => {
      return `${indent}${short && `${strong(short.slice(0, 2))}, `}${strong(long)}`
    })
    .replace(name, strong)
}
