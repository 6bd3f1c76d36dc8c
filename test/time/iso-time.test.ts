/** Times as text, against Python's datetime and by spellings that logs have. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { test } from 'node:test'
import { seededRandom } from '../../src/generate/random.ts'
import { NO_ZONE, NOT_A_TIME, OUT_OF_RANGE, parseIso } from '../../src/time/iso-time.ts'
import { localOffsets } from '../../src/time/local-offsets.ts'
import { loadZone } from '../../src/time/zone.ts'
import { seed, seedHint } from '../support/seed.ts'
import { spelledTime } from '../support/spelled-times.ts'

const at = Date.UTC(2023, 10, 14, 22, 14, 5)

for (
  const [text, expected] of [
    ['2023-11-14T22:14:05Z', at],
    ['2023-11-14t22:14:05z', at],
    ['2023-11-14 22:14:05Z', at],
    ['2023-11-14T22:14:05+0530', at - 19_800_000],
    ['2023-11-14T22:14:05+05', at - 18_000_000],
    ['2023-11-14T22:14:05-00:00', at],
    ['2023-11-14T22:14:05.123456789Z', at + 123],
    ['2023-11-14T22:14:05.9999999999999999Z', at + 999],
    ['2023-11-14T22:14:05,123Z', at + 123],
    ['2023-11-14T22:14Z', at - 5000],
    ['2023-11-14 22:14:05 UTC', at],
    ['2023-11-14T22:14:05.123 UTC', at + 123],
    ['2023-11-14 22:14:05 +0000', at],
    ['2023-11-14 22:14:05.5 -01:00', at + 3_600_500],
    ['2023-11-14T22:14:05', NO_ZONE],
    ['2023-11-14 22:14:05,123', NO_ZONE],
    ['2023-11-14 22:14', NO_ZONE],
    ['2016-12-31T23:59:60Z', Date.UTC(2017, 0)],
    ['2016-12-31T23:59:60.5Z', Date.UTC(2017, 0) + 500],
    ['2016-12-31T18:59:60-05:00', Date.UTC(2017, 0)],
    ['2016-12-31T23:59:60+01:00', NOT_A_TIME],
    ['2023-11-14T22:14:60Z', NOT_A_TIME],
    ['2023-11-14T22:14:61Z', NOT_A_TIME],
    ['2023-11-14', NOT_A_TIME],
    ['2023-11-14T22Z', NOT_A_TIME],
    ['2023-11-14T24:00:00Z', NOT_A_TIME],
    ['2023-11-14T22:14:05.Z', NOT_A_TIME],
    ['2023-11-14T22:14:05Z ', NOT_A_TIME],
    [' 2023-11-14T22:14:05Z', NOT_A_TIME],
    ['2023-11-14  22:14:05Z', NOT_A_TIME],
    ['2023-11-14 22:14:05  UTC', NOT_A_TIME],
    ['2023-11-14 22:14:05 +0000 UTC', NOT_A_TIME],
    ['2023-11-14 22:14:05 CET', NOT_A_TIME],
    ['2023-11-14T22:14:05+00:00[UTC]', NOT_A_TIME],
    ['20231114T221405Z', NOT_A_TIME],
    ['2023-W46-2T22:14:05Z', NOT_A_TIME],
    ['2023-318T22:14:05Z', NOT_A_TIME],
    ['+002023-11-14T22:14:05Z', NOT_A_TIME],
    ['Tue, 14 Nov 2023 22:14:05 GMT', NOT_A_TIME],
    ['14/Nov/2023:22:14:05 +0000', NOT_A_TIME],
    ['2023/11/14 22:14:05', NOT_A_TIME],
    ['2023-02-29T00:00:00Z', NOT_A_TIME],
    ['2023-11-14T22:14:05\u221205:00', NOT_A_TIME],
    ['2023-11-14T22:14:05+24:00', NOT_A_TIME],
    ['2023-11-14T22:14:05+14:60', NOT_A_TIME],
    ['2023-11-14T22:14:05Z\0', NOT_A_TIME],
    ['2023-11-14T22:14:05Z\n', NOT_A_TIME],
    ['2023-11-14_22:14:05Z', NOT_A_TIME],
    ['1969-12-31T23:59:59Z', OUT_OF_RANGE],
    ['0001-01-01T00:00:00Z', OUT_OF_RANGE],
  ] as const
) {
  test(`${JSON.stringify(text)} is ${expected}`, () => assert.equal(parseIso(text), expected))
}

/** Lines of `zone plain ms offset` to lines of unix milliseconds. */
const python = `
import sys, zoneinfo
from datetime import datetime, timedelta
for line in sys.stdin:
    seconds, ms, zone, name = line.rstrip("\\n").split("|")
    time = datetime.strptime(seconds, "%Y-%m-%d %H:%M:%S")
    if zone: time = datetime.strptime(seconds + zone, "%Y-%m-%d %H:%M:%S%z")
    else: time = time.replace(tzinfo=zoneinfo.ZoneInfo(name))
    print(int(time.timestamp()) * 1000 + int(ms))
`

const hasPython = spawnSync('python3', ['-c', 'import zoneinfo; zoneinfo.ZoneInfo("Asia/Tehran")'])
  .status === 0

test(
  'times in every spelling, with zones, offsets and without, are what Python makes of them',
  { skip: !hasPython && 'no python3 with zoneinfo' },
  async () => {
    const random = seededRandom(seed)
    const names = ['Europe/Zurich', 'Asia/Kathmandu', 'America/New_York', 'Pacific/Apia', 'UTC']
    const zones = await Promise.all(names.map(async (name) => localOffsets(await loadZone(name))))
    const times = Array.from({ length: 20_000 }, () => spelledTime(random))
    const input = times.map(({ plain }, i) => [...plain, names[i % names.length]].join('|'))
    const { stdout, stderr } = spawnSync('python3', ['-c', python], {
      input: `${input.join('\n')}\n`,
      encoding: 'utf8',
      maxBuffer: 2 ** 26,
    })
    const expected = stdout.trim().split('\n').map(Number)
    assert.equal(expected.length, times.length, stderr)
    for (const [i, { text }] of times.entries()) {
      const ms = parseIso(text, zones[i % zones.length])
      const right = expected[i]! < 0 ? OUT_OF_RANGE : expected[i]
      assert.equal(ms, right, `${text} in ${names[i % names.length]}; ${seedHint}`)
    }
  },
)
