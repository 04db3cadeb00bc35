#pragma once

#include <malloc.h>

// glibc's allocator settings, which Swift's Glibc module lacks.

/// Bytes from which an allocation gets a mapping of its own, and bytes of free memory that are kept
/// before any is given back to the system.
static inline void cmalloc_set_thresholds(int mapping, int trimming) {
    mallopt(M_MMAP_THRESHOLD, mapping);
    mallopt(M_TRIM_THRESHOLD, trimming);
}
