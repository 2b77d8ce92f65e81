"""The program behind cpython.ts: copies a database, and prints the milliseconds that backup() took."""

import sqlite3
import sys
import time

_, source, target, pages = sys.argv

# Without a progress callback, Ctrl-C would only be heard at the end.
progress = None if int(pages) < 0 else lambda status, remaining, total: None

original = sqlite3.connect(source)
copy = sqlite3.connect(target)
start = time.perf_counter()
original.backup(copy, pages=int(pages), progress=progress)
print((time.perf_counter() - start) * 1000)
copy.close()
original.close()
