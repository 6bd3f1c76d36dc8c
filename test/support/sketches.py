"""Sketches of Apache DataSketches itself, by its Python package (pip install datasketches).

  python3 sketches.py write         fixtures/sketches/python.ndjson, which is stored
  python3 sketches.py write all     an image of every kind: types, forms, precisions, sizes
  python3 sketches.py read          what it says of images: a line of base64 each, from stdin
  python3 sketches.py unite LGK     the union of those images, as base64

The users of a sketch are "user-0", "user-1" and so on. One JSON object a line.
"""

import base64
import json
import sys

from datasketches import hll_sketch, hll_union, tgt_hll_type

types = {'HLL_4': tgt_hll_type.HLL_4, 'HLL_6': tgt_hll_type.HLL_6, 'HLL_8': tgt_hll_type.HLL_8}
sizes = [0, 1, 7, 8, 100, 1000, 50_000, 1_000_000]


def print_image(sketch, form, **rest):
    image = sketch.serialize_compact() if form == 'compact' else sketch.serialize_updatable()
    text = base64.b64encode(bytes(image)).decode()
    print(json.dumps({**rest, 'form': form, 'image': text}, separators=(',', ':')))


def is_stored(type, lg_k, users, form):
    """Few enough for a repository: the registers of 2^14 take 16 kB."""
    if users <= 8:
        return lg_k in (10, 18)
    if users == 100:
        return lg_k == 10 or (lg_k == 18 and form == 'compact')
    if users == 1000:
        return lg_k == 10 or (lg_k == 14 and type == 'HLL_8')
    if users == 50_000:
        # HLL_4 has exceptions there, registers that are too large for 4 bits.
        return lg_k == 10 or (lg_k in (12, 14) and (form == 'compact' or type == 'HLL_4'))
    return lg_k == 10


def write(all):
    for lg_k in range(10, 19):
        for type in types:
            sketch = hll_sketch(lg_k, types[type])
            added = 0
            for users in sizes:
                forms = [form for form in ('compact', 'updatable') if all or is_stored(type, lg_k, users, form)]
                if not forms and not all and lg_k != 10 and users > 1000:
                    continue
                for i in range(added, users):
                    sketch.update(f'user-{i}')
                added = users
                for form in forms:
                    print_image(sketch, form, users=users, type=type, lgK=lg_k)
    # Unions of two sketches of overlapping users, the second of which is folded. Asked for an estimate
    # before its result, a union writes the least of its registers into the head, else 0.
    for lg_k, type, is_asked in ((10, 'HLL_8', False), (10, 'HLL_8', True), (10, 'HLL_4', False), (10, 'HLL_6', True)):
        union = hll_union(lg_k)
        for from_, to, each in ((0, 30_000, lg_k), (20_000, 50_000, lg_k + 2)):
            sketch = hll_sketch(each, types['HLL_8'])
            for i in range(from_, to):
                sketch.update(f'user-{i}')
            union.update(sketch)
        if is_asked:
            union.get_estimate()
        print_image(union.get_result(types[type]), 'compact', users=50_000, type=type, lgK=lg_k, union=True)


def read():
    for line in sys.stdin:
        sketch = hll_sketch.deserialize(base64.b64decode(line))
        bounds = [sketch.get_lower_bound(2), sketch.get_estimate(), sketch.get_upper_bound(2)]
        print(json.dumps({'lgK': sketch.lg_config_k, 'type': str(sketch.tgt_type), 'bounds': bounds}))


def unite(lg_k):
    union = hll_union(lg_k)
    for line in sys.stdin:
        union.update(hll_sketch.deserialize(base64.b64decode(line)))
    print_image(union.get_result(types['HLL_8']), 'compact', lgK=lg_k)


if sys.argv[1] == 'write':
    write(sys.argv[2:] == ['all'])
elif sys.argv[1] == 'read':
    read()
else:
    unite(int(sys.argv[2]))
