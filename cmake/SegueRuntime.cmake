# runtime/base <- image <- cells <- interp <- engine <- ingest <- pack. Nothing in runtime/ may
# throw: -fno-exceptions throughout.
find_package(Threads REQUIRED)
find_package(fmt REQUIRED)
find_package(tsl-robin-map REQUIRED)
find_package(simdjson REQUIRED)
find_package(ZLIB REQUIRED)
segue_find_archive(SEGUE_ZSTD zstd)
segue_find_archive(SEGUE_RE2 re2)
segue_find_archive(SEGUE_XXHASH xxhash)

segue_library(segue_base runtime/base NO_EXCEPTIONS DEPS fmt::fmt ${SEGUE_XXHASH})
segue_library(segue_image runtime/image NO_EXCEPTIONS DEPS segue_base)
segue_library(segue_cells runtime/cells NO_EXCEPTIONS DEPS segue_image)
segue_library(segue_interp runtime/interp NO_EXCEPTIONS DEPS segue_cells ${SEGUE_RE2})
segue_library(segue_native runtime/native NO_EXCEPTIONS DEPS segue_interp)
segue_embed_identity(segue_native)
segue_library(segue_engine runtime/engine NO_EXCEPTIONS THREADS
              DEPS segue_interp tsl::robin_map Threads::Threads)
segue_library(segue_ingest runtime/ingest NO_EXCEPTIONS THREADS
              DEPS segue_engine simdjson::simdjson ZLIB::ZLIB ${SEGUE_ZSTD})
segue_library(segue_pack runtime/pack NO_EXCEPTIONS THREADS DEPS segue_ingest)
segue_library(segue_durable runtime/durable NO_EXCEPTIONS THREADS DEPS segue_ingest)
segue_use_rocksdb(segue_durable)

# The part of the public library that needs no compiler.
segue_library(segue_hosted api/runtime THREADS DEPS segue_pack segue_durable segue_native)
set_source_files_properties(${PROJECT_SOURCE_DIR}/api/runtime/version.cc PROPERTIES
                            COMPILE_DEFINITIONS SEGUE_VERSION="${PROJECT_VERSION}")
segue_library(segue_c_calls api/c DEPS segue_hosted)
