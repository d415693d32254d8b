# Load of a large file's debug information and the first look-up. Argument: FILE. Prints seconds.
import json
import sys
import time

import drgn

start = time.perf_counter()
prog = drgn.Program(drgn.Platform(drgn.Architecture.X86_64))
if hasattr(prog, "extra_module"):
    # Since 0.0.31 a file belongs to a module; one that no process mapped is an extra module.
    module = prog.extra_module(sys.argv[1], create=True)
    module = module[0] if isinstance(module, tuple) else module
    module.try_file(sys.argv[1], force=True)
else:
    prog.load_debug_info([sys.argv[1]])
size = prog.type("struct task_struct").size
seconds = time.perf_counter() - start
peak = next(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith("VmHWM"))
print(json.dumps({"seconds": seconds, "size": size, "mebibytes": peak / 1024}))
