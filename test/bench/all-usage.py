"""Runs a command, and says at the end of standard error its wall time and the CPU time of all that it
has started, in seconds: what Spark leaves behind, orphans of its workers, is waited for and counts.
"""

import ctypes
import os
import resource
import subprocess
import sys
import time

PARENT_OF_ORPHANS = 36  # PR_SET_CHILD_SUBREAPER, Linux
ctypes.CDLL(None).prctl(PARENT_OF_ORPHANS, 1, 0, 0, 0)
began = time.monotonic()
status = subprocess.call(sys.argv[1:])
wall = time.monotonic() - began
try:
    while True:
        os.wait()
except ChildProcessError:
    pass
usage = resource.getrusage(resource.RUSAGE_CHILDREN)
print(f'{wall:.3f} {usage.ru_utime + usage.ru_stime:.3f}', file=sys.stderr)
sys.exit(status)
