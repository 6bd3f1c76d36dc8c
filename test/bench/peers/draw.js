/**
 * A Vega-Lite chart on standard input becomes SVG on standard output. Vega needs neither a browser
 * nor a native canvas for that.
 */
import process from 'node:process'
import { text } from 'node:stream/consumers'
import { parse, View } from 'vega'
import { compile } from 'vega-lite'

const { spec } = compile(JSON.parse(await text(process.stdin)))
const view = new View(parse(spec), { renderer: 'none' })
process.stdout.write(`${await view.toSVG()}\n`)
