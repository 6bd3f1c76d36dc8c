"""Runs a script many times as spark-submit does once, with one Spark for all, which starts slowly:

  PYSPARK_SUBMIT_ARGS='--master … pyspark-shell' python3 spark-session.py SCRIPT

Takes a JSON list of arguments a line, answers by a JSON object a line: `status`, and `said` on
standard error. Takes the name of a folder of Parquet, too, and answers by a list of its rows.
"""

import contextlib
import io
import json
import os
import runpy
import sys

from pyspark.sql import SparkSession

script = sys.argv[1]
answers = os.fdopen(os.dup(1), 'w')
os.dup2(2, 1)
spark = SparkSession.builder.getOrCreate()
spark.sparkContext.setLogLevel('OFF')


def answer(value):
    print(json.dumps(value), file=answers, flush=True)


for line in sys.stdin:
    asked = json.loads(line)
    if isinstance(asked, str):
        answer([json.loads(row) for row in spark.read.parquet(asked).toJSON().collect()])
        continue
    sys.argv = [script, *asked]
    status = 0
    with contextlib.redirect_stderr(io.StringIO()) as said:
        try:
            runpy.run_path(script, run_name='__main__')
        except SystemExit as end:
            status = end.code
    answer({'status': status, 'said': said.getvalue()})
