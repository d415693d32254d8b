# The list walk as a drgn script writes it. Arguments: live PID | core FILE. Prints microseconds an element.
import json
import sys
import time

import drgn

prog = drgn.Program()
if sys.argv[1] == "live":
    prog.set_pid(int(sys.argv[2]))
else:
    prog.set_core_dump(sys.argv[2])
try:
    prog.load_default_debug_info()
except drgn.MissingDebugInfoError:
    # The vdso has none; the program's is loaded.
    pass
figures = {}

head = prog["block_backends"]
start = time.perf_counter()
found = None
count = 0
element = head.tqh_first
while element:
    if element.name.string_() == b"no such drive":
        found = element
    element = element.link.tqe_next
    count += 1
figures["name"] = (time.perf_counter() - start) * 1e6 / count

start = time.perf_counter()
count = 0
element = head.tqh_first
while element:
    element = element.link.tqe_next
    count += 1
figures["next"] = (time.perf_counter() - start) * 1e6 / count
figures["count"] = count
print(json.dumps(figures))
