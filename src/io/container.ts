/**
 * Frames that are packed in something else: behind a prefix, as a text in an object, in a list. And
 * the command that unpacks them. jq 1.6 rounds numbers beyond 2^53, so that users become one: it is
 * named only where it hands on text, which it leaves alone.
 */
import { shown } from '../shown.ts'
import { isRecord } from '../ndjson/fields.ts'

export interface Container {
  /** What the lines are, in words. */
  readonly name: string
  /** Reads such lines, writes what is in them. */
  readonly command: string
  /** The object in the line. */
  readonly inner: Record<string, unknown>
}

const prefixes: readonly { readonly shape: RegExp; readonly name: string }[] = [
  { shape: /^<\d{1,3}>/, name: 'syslog lines around JSON' },
  { shape: /^[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d /, name: 'syslog lines around JSON' },
  { shape: /^\S+ (?:stdout|stderr) [FP] /, name: 'lines of a container runtime (CRI) around JSON' },
  { shape: /^data: ?/, name: 'server-sent events' },
  { shape: /^\S+ +\| /, name: 'lines of docker compose around JSON' },
]

const cutPrefix = "sed -n 's/^[^{]*//p'"
/** Deeper lies nothing that is looked for. */
const mostLevels = 4

export function containerOf(line: string): Container | undefined {
  const text = line.trim()
  if (text.startsWith('{')) return inObject(objectIn(text), text.includes('\n'))
  if (text.startsWith('"')) {
    const inner = objectIn(parsed(text))
    return inner && { name: 'JSON texts that hold objects', command: 'jq -r .', inner }
  }
  const inner = objectIn(text.replace(/^[^{]*/, ''))
  if (inner === undefined || text.startsWith('[{')) return undefined
  const { name = 'JSON behind a prefix' } = prefixes.find(({ shape }) => shape.test(text)) ?? {}
  return { name, command: cutPrefix, inner }
}

function inObject(
  root: Record<string, unknown> | undefined,
  isWhole: boolean,
): Container | undefined {
  if (root === undefined) return undefined
  return textIn(root) ?? listIn(root, isWhole)
}

/** A text that is itself an object: docker's json-file, journald, kcat -J. */
function textIn(root: Record<string, unknown>): Container | undefined {
  for (const [path, value] of leaves(root)) {
    const inner = objectIn(value)
    if (inner === undefined) continue
    const command = `jq -r ${quotedForShell(`${jqPath(path)} // empty`)}`
    return { name: `objects that hold JSON as text in ${quotedKey(path)}`, command, inner }
  }
  return undefined
}

/** A list of objects, or of Loki's pairs of time and text. */
function listIn(root: Record<string, unknown>, isWhole: boolean): Container | undefined {
  for (const [path, value] of leaves(root)) {
    if (!Array.isArray(value)) continue
    const first: unknown = value[0]
    const name = `objects that hold a list in ${quotedKey(path)}`
    if (isRecord(first)) {
      const { values } = first
      const line: unknown = Array.isArray(values) && Array.isArray(values[0]) && values[0][1]
      const text = objectIn(line)
      if (text !== undefined) {
        const command = `jq -r ${quotedForShell(`${jqPath(path)}[].values[][1]`)}`
        return { name, command, inner: text }
      }
      const steps = path.map((key) => `[${JSON.stringify(key)}]`).join('')
      return {
        name,
        command: `python3 -c ${quotedForShell(listProgram(steps, isWhole))}`,
        inner: first,
      }
    }
  }
  return undefined
}

/** The values below a root with their paths, those near it first. */
function* leaves(
  root: Record<string, unknown>,
): Generator<readonly [path: readonly string[], value: unknown]> {
  let level: [readonly string[], Record<string, unknown>][] = [[[], root]]
  for (let depth = 0; depth < mostLevels && level.length > 0; depth++) {
    const next: typeof level = []
    for (const [path, object] of level) {
      for (const [key, value] of Object.entries(object)) {
        if (isRecord(value)) next.push([[...path, key], value])
        else yield [[...path, key], value]
      }
    }
    level = next
  }
}

function objectIn(text: unknown): Record<string, unknown> | undefined {
  if (typeof text !== 'string' || !/^\s*\{/.test(text)) return undefined
  const value = parsed(text)
  return isRecord(value) && Object.keys(value).length > 0 ? value : undefined
}

export function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function jqPath(path: readonly string[]): string {
  const steps = path.map((key) =>
    /^[A-Za-z_]\w*$/.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`
  )
  const text = steps.join('')
  return text.startsWith('.') ? text : `.${text}`
}

/** As one word of a POSIX shell. */
export function quotedForShell(text: string): string {
  return /^[\w.@/:+-]+$/.test(text) ? text : `'${shown(text).replaceAll("'", "'\\''")}'`
}

/** Python keeps the digits of numbers. `isWhole`: the input is one object, on several lines. */
function listProgram(steps: string, isWhole: boolean): string {
  const roots = isWhole ? 'r in json.load(sys.stdin)' : 'l in sys.stdin for r in json.loads(l)'
  return `import json,sys; [print(json.dumps(r)) for ${roots}${steps}]`
}

function quotedKey(path: readonly string[]): string {
  return `"${path.join('.').slice(0, 40)}"`
}
