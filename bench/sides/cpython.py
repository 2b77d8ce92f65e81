"""The application behind cpython.ts: a request a line on standard input, an answer a line on standard output.

It ends when its standard input does.
"""

import json
import os
import sqlite3
import sys
from concurrent.futures import ThreadPoolExecutor

connections = {}


def open_all(sources):
    for source in sources:
        connection = sqlite3.connect(source, check_same_thread=False)
        connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
        connections[source] = connection


def copy_all(directory, concurrency):
    def copy(item):
        source, connection = item
        target = sqlite3.connect(os.path.join(directory, os.path.basename(source)))
        connection.backup(target)
        target.close()

    if concurrency == 1:
        for item in connections.items():
            copy(item)
    else:
        # sqlite3 lets go of the interpreter lock while SQLite works.
        with ThreadPoolExecutor(concurrency) as pool:
            list(pool.map(copy, connections.items()))

    # See flushDirectory in batch.ts.
    descriptor = os.open(directory, os.O_RDONLY)
    os.fsync(descriptor)
    os.close(descriptor)


def close_all():
    for connection in connections.values():
        connection.close()
    connections.clear()


CALLS = {"open": open_all, "copy": copy_all, "close": close_all}

for line in sys.stdin:
    call, *arguments = json.loads(line)
    try:
        CALLS[call](*arguments)
        print("null", flush=True)
    except Exception as error:
        print(json.dumps(repr(error)), flush=True)
