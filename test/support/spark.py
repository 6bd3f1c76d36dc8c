"""What Spark makes of result lines with sketches (pip install pyspark, and Java 17):

  python3 spark.py RESULTS FRAMES     paths of NDJSON: result lines, and their frames as of uc-extract

Prints one JSON object: `estimates` of the sketches, line by line; `union` of those of the minutes, by
the statement in README; `own`, what Spark counts in the frames by sketches of its own; `both`, its
own sketch united with ours, which adds nobody.
"""

import json
import sys

from pyspark.sql import SparkSession

results, frames = sys.argv[1:]
builder = SparkSession.builder.master('local[1]').config('spark.ui.enabled', 'false')
spark = builder.config('spark.sql.shuffle.partitions', '1').getOrCreate()
spark.sparkContext.setLogLevel('OFF')
spark.read.json(results).createOrReplaceTempView('results')
spark.read.json(frames).createOrReplaceTempView('frames')


def ask(statement):
    return [row[0] for row in spark.sql(statement).collect()]


ours = 'SELECT unbase64(sketch) AS sketch FROM results WHERE window = "minute"'
own = 'SELECT hll_sketch_agg(uid, 14) AS sketch FROM frames'
readme = f'SELECT hll_sketch_estimate(hll_union_agg(unbase64(sketch))) FROM json.`{results}` WHERE window = "minute"'
print(json.dumps({
    'estimates': ask('SELECT hll_sketch_estimate(unbase64(sketch)) FROM results ORDER BY window, start'),
    'union': ask(readme)[0],
    'own': ask(f'SELECT hll_sketch_estimate(sketch) FROM ({own})')[0],
    'both': ask(f'SELECT hll_sketch_estimate(hll_union_agg(sketch)) FROM ({own} UNION ALL {ours})')[0],
}))
