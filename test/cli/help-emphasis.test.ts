import assert from 'node:assert/strict'
import { test } from 'node:test'
import { commands } from '../../src/cli/commands.ts'
import { emphasized } from '../../src/cli/help-emphasis.ts'
import { renderHelp, renderOverview } from '../../src/cli/help.ts'
import { flagOf } from '../../src/cli/option.ts'

const strong = (text: string) => `<${text}>`

test('what stands out is the text of a pipe, and each option does, by its own names', () => {
  for (const command of commands) {
    for (const isLong of [false, true]) {
      for (const width of [40, 80, 100]) {
        const help = renderHelp(command, { isLong, width })
        const shown = emphasized(help, strong)
        assert.equal(shown.replaceAll(/<(-\w|--[\w-]+|[\w -]+)>/g, '$1'), help)
        for (const option of Object.values(command.options)) {
          const line = shown.split('\n').find((line) => line.includes(`<${flagOf(option)}>`))
          assert.ok(line !== undefined, `${command.name} ${flagOf(option)}`)
          assert.equal(line.includes(`<-${option.short}>, <`), option.short !== undefined)
        }
      }
    }
  }
})

test('titles, commands and the name stand out, examples and explanations do not', () => {
  const found = emphasized(renderOverview(), strong).matchAll(/<(.*?)>/g)
  const words = [...found].map(([, word]) => word)
  const names = commands.map(({ name }) => name.replace('uc-', ''))
  assert.deepEqual(words, [
    ...['uc', 'Usage', 'Commands', ...names],
    ...['help', 'completion', 'version', 'Example'],
  ])
})
