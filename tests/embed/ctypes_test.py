#!/usr/bin/env python3
"""The C API from Python: ctypes_test.py build/release/libsegue.so"""

import ctypes as c
import sys


class Text(c.Structure):
    _fields_ = [("data", c.c_char_p), ("size", c.c_size_t)]

    @classmethod
    def of(cls, text):
        data = text.encode()
        return cls(data, len(data))

    def __str__(self):
        return c.string_at(self.data, self.size).decode()


class Change(c.Structure):
    _fields_ = [("size", c.c_size_t), ("at_ms", c.c_int64), ("user", Text),
                ("segment", c.c_uint32), ("entered", c.c_uint32), ("cause", c.c_uint32),
                ("event", Text), ("id", Text), ("segment_name", Text)]


Callback = c.CFUNCTYPE(None, c.POINTER(Change), c.c_void_p)
DEPLOY = 5
DAY = 86_400_000
START = 1_728_000_000_000

lib = c.CDLL(sys.argv[1])
lib.segue_message.restype = c.c_char_p
lib.segue_program_compile_text.argtypes = [c.c_char_p, Text, c.c_void_p, c.POINTER(c.c_void_p)]
lib.segue_program_segment_name.argtypes = [c.c_void_p, c.c_uint32]
lib.segue_program_segment_name.restype = Text
lib.segue_program_free.argtypes = [c.c_void_p]
lib.segue_engine_new.argtypes = [c.c_void_p, c.c_void_p, c.POINTER(c.c_void_p)]
lib.segue_engine_on_change.argtypes = [c.c_void_p, Callback, c.c_void_p]
lib.segue_engine_push.argtypes = [c.c_void_p, Text]
lib.segue_engine_advance.argtypes = [c.c_void_p, c.c_int64]
lib.segue_engine_deploy.argtypes = [c.c_void_p, c.c_void_p, c.c_void_p]
lib.segue_engine_finish.argtypes = [c.c_void_p]
lib.segue_engine_score.argtypes = [c.c_void_p, Text, c.c_uint32, c.POINTER(c.c_double)]
lib.segue_engine_free.argtypes = [c.c_void_p]


class Options(c.Structure):
    _fields_ = [("size", c.c_size_t), ("threads", c.c_uint32), ("interpreted", c.c_uint32),
                ("lateness_ms", c.c_int64), ("lookups", c.c_uint32), ("reserved", c.c_uint32)]


def call(name, *arguments):
    status = getattr(lib, name)(*arguments)
    if status != 0:
        raise RuntimeError(f"{name}: {status}: {lib.segue_message().decode()}")


assert lib.segue_abi_version() == 1
program = c.c_void_p()
try:
    call("segue_program_compile_text", b"r.seg", Text.of("segment x = nothing >= 1"), None,
         c.byref(program))
    sys.exit("wrong rules were taken")
except RuntimeError as error:
    assert "E02" in str(error), error

rules = "event view\nsegment keen = view >= 2 within 48h\n"
call("segue_program_compile_text", b"r.seg", Text.of(rules), None, c.byref(program))
at_work = program
engine = c.c_void_p()
call("segue_engine_new", program, None, c.byref(engine))
seen = []


@Callback
def on_change(change, _context):
    change = change.contents
    assert change.size == c.sizeof(Change)
    name = str(change.segment_name)
    if change.cause != DEPLOY:
        assert name == str(lib.segue_program_segment_name(at_work, change.segment))
    seen.append((str(change.user), name, change.entered, change.at_ms - START))


call("segue_engine_on_change", engine, on_change, None)
for user, at in [("ann", 0), ("bob", 5), ("ann", DAY)]:
    line = f'{{"event":"view","userId":"{user}","timestamp":{START + at}}}'
    call("segue_engine_push", engine, Text.of(line))
call("segue_engine_advance", engine, START + 9 * DAY // 5)

at_work = c.c_void_p()
rules = "event view\nsegment hot = view >= 2 within 48h\n"
call("segue_program_compile_text", b"r.seg", Text.of(rules), None, c.byref(at_work))
call("segue_engine_deploy", engine, at_work, None)
call("segue_engine_advance", engine, START + 9 * DAY)
call("segue_engine_finish", engine)
try:
    call("segue_engine_deploy", engine, None, None)
    sys.exit("no program was deployed")
except RuntimeError as error:
    assert "program is null" in str(error), error
lib.segue_engine_free(engine)
lib.segue_program_free(at_work)
lib.segue_program_free(program)
assert seen == [("ann", "keen", 1, DAY), ("ann", "hot", 1, 9 * DAY // 5),
                ("ann", "keen", 0, 9 * DAY // 5), ("ann", "hot", 0, 2 * DAY)], seen
print("changes from Python:", seen)

# A score, looked up: as of the instant that the clock was moved to.
program = c.c_void_p()
rules = "event view\nscore heat { half_life 1d\n +8 view }\n"
call("segue_program_compile_text", b"r.seg", Text.of(rules), None, c.byref(program))
options = Options(size=c.sizeof(Options), lookups=1)
call("segue_engine_new", program, c.byref(options), c.byref(engine))
line = f'{{"event":"view","userId":"bob","timestamp":{START}}}'
call("segue_engine_push", engine, Text.of(line))
call("segue_engine_advance", engine, START + 9 * DAY)
heat = c.c_double()
call("segue_engine_score", engine, Text.of("bob"), 0, c.byref(heat))
assert heat.value == 8 / 2 ** 9, heat.value
lib.segue_engine_free(engine)
lib.segue_program_free(program)
print("a score from Python:", heat.value)
