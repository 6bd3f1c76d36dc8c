"""Cuts files at every byte as uc_history.py does: the parts have each line once, and whole."""

import os
import sys
import tempfile

sys.path.insert(0, sys.argv[1])
import uc_history

with tempfile.TemporaryDirectory() as folder:
    for data in [b'ab\n\nc\r\xff\n\n\ndefgh\n', b'\nabc\nd', b'abcdefgh', b'\n\n\n']:
        path = os.path.join(folder, 'data')
        with open(path, 'wb') as file:
            file.write(data)
        for uc_history.CHUNK in [1, 3, 1 << 20]:
            for a in range(len(data) + 1):
                for b in range(a, len(data) + 1):
                    bounds = [(0, a), (a, b), (b, len(data))]
                    parts = [b''.join(uc_history.lines_from(path, *each)) for each in bounds]
                    assert b''.join(parts) == data, (data, bounds, parts)
                    assert all(part == b'' or part.endswith(b'\n') or data.endswith(part)
                               for part in parts), (data, bounds, parts)
