# The list walk as a GDB Python script writes it. Prints microseconds an element.
import json
import time

import gdb

gdb.execute("set pagination off")
figures = {}

head = gdb.parse_and_eval("block_backends")
start = time.perf_counter()
found = None
count = 0
element = head["tqh_first"]
while element:
    if element["name"].string() == "no such drive":
        found = element
    element = element["link"]["tqe_next"]
    count += 1
figures["name"] = (time.perf_counter() - start) * 1e6 / count

start = time.perf_counter()
count = 0
element = head["tqh_first"]
while element:
    element = element["link"]["tqe_next"]
    count += 1
figures["next"] = (time.perf_counter() - start) * 1e6 / count
figures["count"] = count
print(json.dumps(figures))
