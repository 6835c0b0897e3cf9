#pragma once

#include <span>

#include "runtime/image/tables.h"
#include "runtime/interp/frame.h"
#include "runtime/interp/machine.h"

namespace segue::interp {

/// Runs code on the frame: its event, its instant, its blob. Reads note their deadlines.
Entry eval(Frame& frame, image::Range code);

/// Runs one op on a machine.
void step(Machine& machine, const image::OpRow& row);

/// Runs one op on its operands, the deepest first: the door for native code that leaves an op to
/// the host.
Entry run_op(Frame& frame, const image::OpRow& row, std::span<const Entry> operands = {});

}  // namespace segue::interp
