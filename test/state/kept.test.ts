import assert from 'node:assert/strict'
import { test } from 'node:test'
import { UcError } from '../../src/errors.ts'
import { type Kept, type StateRecord, together } from '../../src/state/kept.ts'

function part(name: string): Kept & { loaded: StateRecord[] } {
  const loaded: StateRecord[] = []
  return {
    name,
    loaded,
    save(put) {
      put('a/b', Uint8Array.of(1))
      put(`${name}/of/old`, null)
    },
    load: (records) => void loaded.push(...records),
  }
}

function keysOf({ save }: Kept): string[] {
  const keys: string[] = []
  save!((key, value) => keys.push(`${key} ${value}`))
  return keys
}

test('each part has keys of its own, however parts are put together', () => {
  const keys = ['one/a/b 1', 'one/one/of/old null', 'two/a/b 1', 'two/two/of/old null']
  const [one, two, three] = [part('one'), part('two'), part('three')]
  assert.deepEqual(keysOf(together([one, two])), keys)
  const all = together([together([one, two]), three])
  assert.deepEqual(keysOf(all), [...keys, 'three/a/b 1', 'three/three/of/old null'])
  all.load!([['two/a/b', Uint8Array.of(2)], ['one/two/a', Uint8Array.of(3)]])
  assert.deepEqual(one.loaded, [['two/a', Uint8Array.of(3)]])
  assert.deepEqual(two.loaded, [['a/b', Uint8Array.of(2)]])
  assert.deepEqual(three.loaded, [])
})

test('a record of a part that is not there is refused by its key', () => {
  const load = () => together([part('one')]).load!([['two/a', Uint8Array.of(1)]])
  assert.throws(load, (error) => error instanceof UcError && error.message.includes('"two/a"'))
})

test('where one part cannot be saved, the whole cannot', () => {
  assert.equal(together([part('one'), { name: 'two' }]).save, undefined)
})
