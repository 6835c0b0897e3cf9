// The one macro of the public headers.
#pragma once

/// Marks what a shared build of the library exports.
#define SEGUE_API __attribute__((visibility("default")))
