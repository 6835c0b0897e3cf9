# source <- diagnostics <- syntax <- sema <- plan <- passes <- emit; codegen reads the image, never
# the plan.
find_package(CLI11 REQUIRED)
include(SegueAntlr)  # segue_grammar
include(SegueLlvm)   # segue_llvm, segue_bodies

# The pages of diagnostics and the library rule files travel inside the binary, as tables
# `const char* const segue_pages[][2]` and `segue_stdlib[][2]` of names and texts.
file(GLOB pages CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/compiler/diagnostics/pages/*.md)
segue_embed_texts(segue_pages segue_pages ${pages})
file(GLOB stdlib CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/stdlib/*.seg)
segue_embed_texts(segue_stdlib segue_stdlib ${stdlib})

segue_library(segue_source compiler/source DEPS segue_base)
segue_library(segue_diagnostics compiler/diagnostics DEPS segue_source segue_pages)
segue_library(segue_syntax compiler/syntax DEPS segue_diagnostics)
segue_library(segue_antlr compiler/syntax/antlr DEPS segue_syntax)
segue_library(segue_sema compiler/sema DEPS segue_antlr segue_stdlib ${SEGUE_RE2})
segue_library(segue_plan compiler/plan DEPS segue_sema segue_image)
segue_library(segue_passes compiler/passes DEPS segue_plan segue_cells)
segue_library(segue_emit compiler/emit DEPS segue_passes)
segue_library(segue_codegen compiler/codegen NO_EXCEPTIONS THREADS DEPS segue_native)
segue_library(segue_naive naive DEPS segue_sema)
segue_use_antlr(segue_antlr)
segue_use_llvm(segue_codegen)

# The library a host links: public headers in include/segue, everything else is private to it.
segue_library(segue api
              DEPS segue_antlr segue_emit segue_codegen segue_naive segue_c_calls)
segue_headers(segue_public_headers include/segue)

# The same as one shared library, for C and for whoever loads it: exports what is SEGUE_API and the
# calls of c.h, nothing of what it is made of.
add_library(segue_shared SHARED $<TARGET_OBJECTS:segue> $<TARGET_OBJECTS:segue_hosted>
                                $<TARGET_OBJECTS:segue_c_calls> $<TARGET_OBJECTS:segue_native>)
target_link_libraries(segue_shared PRIVATE segue_emit segue_codegen segue_naive segue_pack
                                           segue_durable)
target_link_options(segue_shared PRIVATE -Wl,--exclude-libs,ALL)
set_target_properties(segue_shared PROPERTIES OUTPUT_NAME segue VERSION ${PROJECT_VERSION}
                                              SOVERSION ${PROJECT_VERSION_MAJOR})

# The command line is a user like any other. All but main.cc is a library, so that tests can link
# it.
segue_library(segue_cli cli DEPS segue CLI11::CLI11 fmt::fmt)
file(GLOB seg_main CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/cli/main.cc)
if(seg_main)
  add_executable(seg ${seg_main})
  target_link_libraries(seg PRIVATE segue_cli)
  set_target_properties(seg PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR})
endif()
