"""Unique users per time window of history, counted by Spark:

  spark-submit uc_history.py --out FOLDER [OPTION…] PATH… [-- FLAG OF uc-pipeline…]

Each task streams one part, a file or the lines of a plain file that begin in a range of its bytes,
through `uc-pipeline --order none --method hll --sketch`, a child process, and puts the lines into the
work folder. When all is counted, Spark unites the sketches of each window and adds the frames up,
and `uc-merge` words the lines: those that one `uc-pipeline` with these flags writes of all files.

One file, as spark-submit ships but one to the executors.
"""

import argparse
import base64
import hashlib
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from concurrent.futures import ThreadPoolExecutor
from itertools import chain
from typing import NamedTuple

from pyspark.sql import SparkSession
from pyspark.sql import functions as F

COUNTING = ['--order', 'none', '--method', 'hll', '--sketch', '--format', 'json', '--no-progress']
SWITCHES = ['--minute', '--hour', '--day', '--week', '--month', '--quarter', '--year']
VALUES = ['--window', '--tz', '--week-start', '--from', '--until', '--precision', '--uid-key',
          '--ts-key', '--ts-unit', '--ts-zone', '--parser', '--max-line', '--zstd-window',
          '--max-memory']
GZIP, ZSTD = b'\x1f\x8b', b'\x28\xb5\x2f\xfd'
CHUNK = 1 << 20
CHANGED = 'has changed since it was listed; run again when it is complete'
HEAD = ('window', 'start', 'end', 'time', 'tz', 'weekStart')

# A row of the work folder: a window of a part, or the part itself, with `stats` or `error`.
ROW = ('file string, part int, parts int, window string, start long, end long, head string, '
       'frames long, sketch binary, stats string, error string')
# A line of the result, as columns; tz and weekStart as in lines: null in UTC, and in all but weeks.
LINE = ('window string, start long, end long, time string, tz string, weekStart string, '
        'users long, low long, high long, method string, error double, frames long, '
        'pane string, revision int, sketch string')


class Refused(Exception):
    """Words for the user."""


class File(NamedTuple):
    key: str  # of its name, size, time of change, and of all that decides what is counted in it
    name: str
    path: str  # without the scheme
    is_local: bool
    size: int
    changed_ms: int


class Counted(NamedTuple):
    parts: int
    stats: dict  # of the parts that are counted, by their number


NOTHING = Counted(0, {})


class Uc(NamedTuple):
    """The commands, as an executor calls them."""
    folder: str  # or None
    beside: str  # the package that this file is in, where it lies on that machine, too
    flags: list

    def command(self, name):
        folder = self.folder or (self.beside if os.path.exists(f'{self.beside}/{name}') else None)
        found = shutil.which(name, path=folder)
        if found is None:
            where = f'in {folder}' if folder else 'on the PATH'
            raise Refused(f'no {name} {where} of {machine()}; install uc-toolkit on '
                          'every machine, or say --uc FOLDER')
        return found


def run(argv, feed=None):
    """Runs a child on chunks of bytes: its status, output (a file) and standard error (text).

    Output goes through unnamed files, so that no pipe but the one that is written to can fill up.
    """
    out, err = tempfile.TemporaryFile(), tempfile.TemporaryFile()
    stdin = subprocess.DEVNULL if feed is None else subprocess.PIPE
    child = subprocess.Popen(argv, bufsize=CHUNK, stdin=stdin, stdout=out, stderr=err)
    try:
        if feed is not None:
            with suppress(BrokenPipeError):  # where it has ended, its status tells
                for chunk in feed:
                    child.stdin.write(chunk)
            with suppress(BrokenPipeError):
                child.stdin.close()
        status = child.wait()
    finally:
        child.kill()
        child.wait()
    err.seek(0)
    out.seek(0)
    with err:
        return status, out, err.read().decode(errors='backslashreplace')


def rest_of_line(file):
    while piece := file.readline(CHUNK):
        yield piece
        if piece.endswith(b'\n'):
            return


def lines_from(path, start, end):
    """The bytes of the lines that begin in start <= offset < end."""
    with open(path, 'rb') as file:
        file.seek(max(start - 1, 0))
        if start > 0:
            for _ in rest_of_line(file):
                pass
        piece = b'\n'
        while (left := end - file.tell()) > 0:
            piece = file.read(min(CHUNK, left))
            if not piece:
                return
            yield piece
        if not piece.endswith(b'\n'):
            yield from rest_of_line(file)


def lines_of(rows):
    """The bytes of rows of one line each, of which Spark has taken the newline."""
    for row in rows:
        yield row[0]
        yield b'\n'


def rows_of(uc, file, part, parts, feed=None):
    """What the work folder takes of a part; feed: its bytes, unless the child is to read the file."""
    place = (file.key, part, parts)
    argv = [uc.command('uc-pipeline'), *uc.flags, *COUNTING, '--stats', '-']
    try:
        status, out, err = run([*argv, file.path] if feed is None else argv, feed)
        words = [line for line in err.splitlines() if not line.startswith('{')]
        stats = next((line for line in err.splitlines() if line.startswith('{')), '{}')
        if status < 0:  # by the kernel, say; another attempt, or another machine, may do
            raise Refused(f'{file.name}: signal {-status} ended uc-pipeline on {machine()}')
        # That no line is a frame is an error of a whole input, of which this may be a part.
        if status not in (0, 3) or 'ended' in json.loads(stats):
            error = f'{words[0] if words else "no word from uc-pipeline"} (status {status})'
        else:
            error = change_of(file)
    except OSError as problem:
        if not file.is_local:
            raise
        error = f'{problem.strerror} on {machine()}; a file: has to be on every machine'
    if error is not None:
        yield (*place, *[None] * 7, error)
        return
    with out:
        for line in out:
            yield (*place, *window_of(line), None, None)
    yield (*place, *[None] * 6, stats, None)


def change_of(file):
    if not file.is_local:
        return None
    now = os.stat(file.path)
    if (now.st_size, now.st_mtime_ns // 10**6) == (file.size, file.changed_ms):
        return None
    return CHANGED


def window_of(text):
    """The columns of a result line, from window to sketch."""
    line = json.loads(text)
    head = {name: line[name] for name in HEAD if name in line}
    sketch = base64.b64decode(line['sketch'])
    return line['window'], line['start'], line['end'], json.dumps(head), line['frames'], sketch


def line_of(row):
    """A window united, for uc-merge, which reckons the users from the sketch."""
    line = {**json.loads(row.head), 'users': 0, 'low': 0, 'high': 0, 'method': 'hll', 'error': 0,
            'frames': row.frames, 'pane': 'on-time', 'revision': 0,
            'sketch': base64.b64encode(row.sketch).decode()}
    return f'{json.dumps(line)}\n'.encode()


def worded(uc, rows):
    """The result lines of windows that come in order of their ends."""
    first = next(rows, None)
    if first is None:
        return
    # All is there: no line waits for others of its window.
    argv = [uc.command('uc-merge'), '--strict', '--lateness', '0s', '--format', 'json']
    status, out, err = run([*argv, '--no-progress'], map(line_of, chain([first], rows)))
    with out:
        if status != 0:
            raise Refused(f'{err.strip()} (status {status})')
        for line in out:
            yield (line.decode().rstrip('\n'),)


def probe(uc):
    """The version of uc, or why it does not take the flags."""
    try:
        for more in [], ['--version']:
            status, out, err = run([uc.command('uc-pipeline'), *uc.flags, *COUNTING, *more])
            if status != 0:
                return None, err.splitlines()[0] if err else f'uc-pipeline: status {status}'
        uc.command('uc-merge')
        return out.read().decode().strip(), None
    except Refused as problem:
        return None, str(problem)


class Hadoop:
    """Its file systems, as the driver sees them."""

    def __init__(self, spark):
        self.jvm, self.conf = spark._jvm, spark._jsc.hadoopConfiguration()

    def path(self, name):
        path = self.jvm.org.apache.hadoop.fs.Path(name)
        return path.getFileSystem(self.conf), path

    def exists(self, name):
        files, path = self.path(name)
        return files.exists(path)

    def move(self, name, to):
        files, path = self.path(name)
        return files.rename(path, self.path(to)[1])

    def first_bytes(self, name):
        files, path = self.path(name)
        stream = files.open(path)
        try:
            return bytes(byte for byte in (stream.read() for _ in range(4)) if byte >= 0)
        finally:
            stream.close()

    def has_changed(self, file):
        files, path = self.path(file.name)
        now = files.getFileStatus(path)
        return (now.getLen(), now.getModificationTime()) != (file.size, file.changed_ms)

    def files(self, name, salt):
        """Those of a folder, and of the folders in it, that Hadoop does not call hidden."""
        files, root = self.path(name)
        if not files.exists(root):
            raise Refused(f'{name}: no such file or folder in {files.getUri()}')
        root = files.makeQualified(root).toString()
        found = files.listFiles(self.path(name)[1], True)
        while found.hasNext():
            status = found.next()
            path, size = status.getPath(), status.getLen()
            uri, changed_ms = path.toString(), status.getModificationTime()
            if size == 0 or any(each[0] in '._' for each in uri[len(root):].split('/') if each):
                continue
            key = hashlib.sha256(json.dumps([uri, size, changed_ms, salt]).encode()).hexdigest()
            local = path.toUri().getScheme() == 'file'
            yield File(key, uri, path.toUri().getPath(), local, size, changed_ms)


class Work:
    """The folder of what is counted, on a file system that all machines share."""

    def __init__(self, spark, folder):
        self.spark, self.folder, self.run = spark, folder, f'run-{time.time_ns()}'

    def add(self, rows, name):
        """Rows of each task appear as a whole, by a rename at its end: version 2 of committing."""
        writer = self.spark.createDataFrame(rows, ROW, verifySchema=False).write
        writer = writer.option('mapreduce.fileoutputcommitter.algorithm.version', '2')
        writer.parquet(f'{self.folder}/{self.run}/{name}')

    def rows(self):
        """What two runs have counted is there twice, and the same."""
        return self.spark.read.schema(ROW).option('recursiveFileLookup', True).parquet(self.folder)

    def counted(self):
        """By file its parts that are counted, and why others of this run are not."""
        counted, errors = {}, {}
        if Hadoop(self.spark).exists(self.folder):
            rows = self.rows().withColumn('origin', F.input_file_name()).where('window IS NULL')
            for row in rows.select('file', 'part', 'parts', 'stats', 'error', 'origin').collect():
                if row.error is None:
                    parts = counted.setdefault(row.file, Counted(row.parts, {}))
                    parts.stats[row.part] = json.loads(row.stats)
                elif self.run in row.origin:
                    errors[row.file] = row.error
        return counted, errors

    def windows(self, files):
        """Those of these files, united, in order of their ends, then from fine to coarse."""
        keys = self.spark.createDataFrame([(file.key,) for file in files], 'file string')
        rows = self.rows().where('window IS NOT NULL').join(F.broadcast(keys), 'file', 'left_semi')
        rows = rows.dropDuplicates(['file', 'part', 'window', 'start'])
        sums = F.hll_union_agg('sketch').alias('sketch'), F.sum('frames').alias('frames')
        windows = rows.groupBy('window', 'start', 'end', 'head').agg(*sums)
        return windows.orderBy('end', F.col('start').desc(), 'window')


def count_missing(work, uc, files, split):
    """Counts what the work folder lacks: then its account, and by file why it could not be."""
    spark, hadoop = work.spark, Hadoop(work.spark)
    counted, _ = work.counted()
    missing = [file for file in files if not is_complete(counted.get(file.key))]
    say(f'files: {len(files):,}, of which {len(files) - len(missing):,} were counted before')
    tasks = []
    for file in sorted(missing, key=lambda file: -file.size):
        if not file.is_local:
            continue
        whole = file.size <= split or hadoop.first_bytes(file.name).startswith((GZIP, ZSTD))
        parts = 1 if whole else -(-file.size // split)
        tasks += [(file, part, parts) for part in range(parts)
                  if part not in counted.get(file.key, NOTHING).stats]
    if tasks:
        work.add(spark.sparkContext.parallelize(tasks, len(tasks)).flatMap(
            lambda task: count_local(uc, *task)), 'local')
    session = spark.newSession()
    session.conf.set('spark.sql.files.maxPartitionBytes', split)
    session.conf.set('spark.sql.files.minPartitionNum', 1)
    broken = {}

    def stream(file):
        try:
            count_streamed(session, work, uc, file, set(counted.get(file.key, NOTHING).stats))
            if hadoop.has_changed(file):
                raise Refused(CHANGED)
        except Exception as problem:  # of this thread: it is told with the others
            broken[file.key] = cause_of(problem)

    with ThreadPoolExecutor(spark.sparkContext.defaultParallelism) as pool:
        list(pool.map(stream, (file for file in missing if not file.is_local)))
    if missing:
        counted, errors = work.counted()
        broken = {**errors, **broken}
    lost = f'not in {work.folder}; it has to be on a file system that all machines share'
    return counted, {file.key: broken.get(file.key, lost)
                     for file in missing
                     if file.key in broken or not is_complete(counted.get(file.key))}


def is_complete(counted):
    return counted is not None and len(counted.stats) == counted.parts


def count_local(uc, file, part, parts):
    bounds = [file.size * i // parts for i in (part, part + 1)]
    return rows_of(uc, file, part, parts, None if parts == 1 else lines_from(file.path, *bounds))


def count_streamed(session, work, uc, file, counted):
    """Of a file that only Hadoop reads: its lines, as bytes, from Spark, which cuts it at newlines."""
    packed = Hadoop(session).first_bytes(file.name).startswith((GZIP, ZSTD))
    if packed and not file.name.endswith(('.gz', '.zst')):
        raise Refused('compressed, by its first bytes; Hadoop wants .gz or .zst in the name')
    reader = session.read.options(lineSep='\n', ignoreCorruptFiles=False, ignoreMissingFiles=False)
    lines = reader.text(re.sub(r'([\\*?\[\]{}])', r'\\\1', file.name))
    lines = lines.select(F.col('value').cast('binary')).rdd
    parts = lines.getNumPartitions()

    def count_part(part, lines):
        return [] if part in counted else rows_of(uc, file, part, parts, lines_of(lines))

    work.add(lines.mapPartitionsWithIndex(count_part), file.key)


def publish(work, uc, files, out, form):
    """Writes the lines beside `out` and gives them its name."""
    spark, hadoop = work.spark, Hadoop(work.spark)
    draft = f'{work.folder}/_{work.run}'
    lines = work.windows(files).rdd.mapPartitions(lambda rows: worded(uc, rows))
    lines = spark.createDataFrame(lines, 'value string', verifySchema=False)
    if form == 'parquet':
        columns = lines.select(F.from_json('value', LINE).alias('line')).select('line.*')
        columns = columns.withColumn('sketch', F.unbase64('sketch'))
        columns.write.mode('overwrite').parquet(draft)
    else:
        lines.write.mode('overwrite').text(draft)
    if hadoop.exists(out) or not hadoop.move(draft, out):
        raise Refused(f'{out}: could not be made of {draft}, where the lines are')


def cause_of(problem):
    """What an exception says, without the stacks of two languages."""
    text = str(problem)
    refused = re.findall(r'Refused: (.*)', text)
    causes = refused or re.findall(r'Caused by: (.*)', text) or text.splitlines() or ['']
    return causes[-1] if not refused else causes[0]


def say(text):
    print(f'uc_history: {text}', file=sys.stderr, flush=True)


def machine():
    return socket.gethostname()


def bytes_of(text):
    match = re.fullmatch(r'(\d+)(KiB|MiB|GiB|)', text)
    size = int(match[1]) * 1024 ** ['', 'KiB', 'MiB', 'GiB'].index(match[2]) if match else 0
    if size == 0:
        raise argparse.ArgumentTypeError(f'{text}: expected a size such as 128MiB')
    return size


def arguments(argv):
    at = argv.index('--') if '--' in argv else len(argv)
    parser = argparse.ArgumentParser('uc_history', description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('path', nargs='+', metavar='PATH', help='file or folder of any Hadoop file '
                        'system; in a folder all but what begins with . or _')
    parser.add_argument('--out', required=True, metavar='FOLDER', help='folder to make')
    parser.add_argument('--format', choices=['ndjson', 'parquet'], default='ndjson',
                        help='how results are written [ndjson]')
    parser.add_argument('--work', metavar='FOLDER', help='keeps what is counted, for the next run '
                        '[that of --out, with .work]')
    parser.add_argument('--split', type=bytes_of, default=bytes_of('128MiB'), metavar='SIZE',
                        help='cut plain files that are larger [128MiB]')
    parser.add_argument('--strict', action='store_true', help='publish nothing where a file cannot '
                        'be counted, with exit status 3')
    parser.add_argument('--uc', metavar='FOLDER', help='where uc-pipeline and uc-merge are on the '
                        'executors [beside this file, or on the PATH]')
    options = parser.parse_args(argv[:at])
    options.flags = argv[at + 1:]
    words = iter(options.flags)
    for word in words:
        name, equals, _ = word.partition('=')
        if name not in SWITCHES + VALUES:
            parser.error(f'{word} behind --: expected {" ".join(SWITCHES + VALUES)}')
        if name in VALUES and not equals and next(words, None) is None:
            parser.error(f'{name}: expected a value')
    options.work = options.work or f'{options.out.rstrip("/")}.work'
    return options


def summarise(files, counted, failed):
    names = {file.key: file.name for file in files}
    for key, error in failed.items():
        say(f'{names[key]}: {error}; not counted')
    good = [key for key in names if key not in failed]

    def total(name, keys=good):
        return sum(stats[name] for key in keys for stats in counted[key].stats.values())

    say(f'files counted: {len(good):,} of {len(files):,}, with {total("lines"):,} lines, '
        f'{total("malformed"):,} malformed, {total("outOfRange"):,} out of range')
    if total('malformed') > 0:
        worst = max(good, key=lambda key: total('malformed', [key]))
        say(f'most malformed lines are in {names[worst]}; uc-pipeline --rejects FILE tells which')


def main(argv):
    options = arguments(argv)
    spark = SparkSession.builder.appName('uc_history').getOrCreate()
    hadoop = Hadoop(spark)
    if hadoop.exists(options.out):
        raise Refused(f'{options.out}: is there already; remove it, or name another by --out')
    beside = os.path.join(os.path.dirname(os.path.abspath(__file__)), '../../bin')
    uc = Uc(options.uc, os.path.normpath(beside), options.flags)
    version, problem = spark.sparkContext.parallelize([uc], 1).map(probe).first()
    if problem is not None:
        raise Refused(problem)
    salt = [version, spark.version, options.flags, options.split]
    files = list({file.key: file for path in options.path for file in hadoop.files(path, salt)}
                 .values())
    if not files:
        raise Refused(f'{" ".join(options.path)}: no file that is not empty')
    work = Work(spark, options.work)
    counted, failed = count_missing(work, uc, files, options.split)
    summarise(files, counted, failed)
    good = [file for file in files if file.key not in failed]
    if failed and (options.strict or not good):
        say(f'{options.out} is not made; what is counted stays in {options.work}')
        return 3
    publish(work, uc, good, options.out, options.format)
    return 0


if __name__ == '__main__':
    try:
        status = main(sys.argv[1:])
    except Exception as problem:
        if os.environ.get('UC_DEBUG') == '1':
            raise
        say(cause_of(problem))
        status = 1
    sys.exit(status)
