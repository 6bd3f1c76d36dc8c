"""What ClickHouse estimates of the sets of test/accuracy, by its Python package (pip install chdb):

  python3 clickhouse.py SETS SIZE SIZE …      a line per set and size
"""

import json
import sys

import chdb

sets, *sizes = map(int, sys.argv[1:])
functions = ('uniq', 'uniqCombined')
calls = ', '.join(f'{function}(user) AS {function}' for function in functions)
for set_ in range(sets):
    for users in sizes:
        user = f"concat('{set_}-', toString(number)) AS user"
        query = f'SELECT {calls} FROM (SELECT {user} FROM numbers({users})) SETTINGS max_threads = 1'
        row = json.loads(str(chdb.query(query, 'JSONEachRow')))
        estimates = {function: int(row[function]) for function in functions}
        print(json.dumps({'users': users, 'estimates': estimates}))
