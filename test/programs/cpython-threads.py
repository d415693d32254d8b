"""Threads parked at known lines, and a dictionary of every built-in type; prints both as Python itself sees them."""

import json
import os
import sys
import threading


class Worker:
    def __init__(self, depth):
        self.depth = depth
        self.label = f'worker {depth}'

    def descend(self, depth, arrived, forever):
        if depth > 0:
            return (
                self.descend(depth - 1,
                             arrived,
                             forever)
            )
        arrived.set()
        forever.acquire()


DATA = {
    'name': 'invivo',
    'count': 3,
    'ratio': 0.5,
    'large': 1e300,
    'small': -2.5e-7,
    'whole': 3.0,
    'big': 2**100,
    'minus': -(2**65),
    'none': None,
    'yes': True,
    'list': [1, [2, 3], 'x'],
    'tuple': (1,),
    'empty': (),
    'nested': {1: 'one', 'two': 2, (1, 2): 'tuple'},
    'quotes': ['it\'s', '"both\'s"', 'tab\t', '\x7f\xa0\u2028\U000e0001'],
    'umlaut': 'Grüße',
    'greek': 'λόγος',
    'smile': '\U0001f600',
    'bytes': b'a\x00b',
    'attributes': vars(Worker(7)),
}
DATA['gone'] = 1
del DATA['gone']
for number in range(300):
    DATA[f'key{number}'] = number * number


def park():
    os.read(0, 1)


def produce():
    yield [park() for _ in range(1)]


def frames_of(frame):
    found = []
    while frame is not None:
        found.append([frame.f_code.co_name, frame.f_code.co_filename, frame.f_lineno])
        frame = frame.f_back
    return found


def watch(main, forever):
    # Prints what everybody is doing once the main thread waits for its input, too.
    while True:
        frames = sys._current_frames()
        if frames[main].f_code is park.__code__ and frames[main].f_lineno == park.__code__.co_firstlineno + 1:
            break
    me = threading.get_ident()
    result = {str(ident): frames_of(frame) for ident, frame in frames.items() if ident != me}
    print(json.dumps({'frames': result, 'data': repr(DATA), 'keys': [repr(key) for key in DATA]}))
    print('ready', flush=True)
    forever.acquire()


def main():
    forever = threading.Lock()
    forever.acquire()
    for depth in range(3):
        arrived = threading.Event()
        threading.Thread(target=Worker(depth).descend, args=(depth, arrived, forever), daemon=True).start()
        arrived.wait()
    threading.Thread(target=watch, args=(threading.get_ident(), forever), daemon=True).start()
    for _ in produce():
        pass


main()
